#!/usr/bin/env python3
"""Compiles the Swift blocks of README.md and docs/, each as a program of its own, and checks the shell commands.

A block is left out only if the line before it says `<!-- not compiled: reason -->`. A shell command must be one that
COMMANDS lists, because those are run. Takes the root of the checkout, by default the one it lies in.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = {
    "make run", "make test", "make bench", "make lint", "make tsan", "make fuzz", "make docs", "make test-deploy",
    # Run by Tests/Deploy.
    "deploy/local.sh", "deploy/import.sh http://admin:admin@localhost:3000",
    "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 deploy/local.sh",
    # Run by Tests/Deploy/test_pushed.py, with these flags.
    "vmagent -remoteWrite.url=http://prometheus:9090/api/v1/write -remoteWrite.forcePromProto -remoteWrite.queues=1 "
    "-remoteWrite.relabelConfig=relabel.yml -streamAggr.config=target-info.yml -streamAggr.keepInput "
    "-opentelemetry.usePrometheusNaming -opentelemetry.promoteAllResourceAttributes=false "
    "-opentelemetry.promoteResourceAttributes="
    "service.name,service.namespace,service.instance.id,service.version,telemetry.sdk.name",
    "sed -E -i -f deploy/victoria-metrics/classic.sed dashboards/*.json",
}  # fmt: skip
SHELLS = ("sh", "shell", "bash", "console")

FENCE = re.compile(r"^ *(`{3,}|~{3,}) *([\w+-]*)")
NOT_COMPILED = re.compile(r"<!-- not compiled: *(.*?) *-->")
STRICT = ["-Xswiftc", "-warnings-as-errors"]

MANIFEST = """\
// swift-tools-version: 6.1
import PackageDescription

let products: [Target.Dependency] = [
{products}
]

let package = Package(
    name: "readme",
    dependencies: [.package(name: "vitals", path: "{root}")],
    targets: [
{targets}
    ],
    swiftLanguageModes: [.v6]
)
"""


class Problem(Exception):
    pass


class Block:
    def __init__(self, place, line, language, before):
        self.place = place
        self.line = line
        self.language = language
        self.lines = []
        excuse = NOT_COMPILED.fullmatch(before.strip())
        self.excuse = excuse and excuse.group(1)

    def where(self):
        return f"{self.place}:{self.line}"


def blocks_of(root, path):
    place = path.relative_to(root).as_posix()
    block, closing, before = None, None, ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if block is None and fence:
            block = Block(place, number, fence.group(2).lower(), before)
            closing = fence.group(1)
        elif block is not None and line.strip().startswith(closing) and not line.strip().strip(closing[0]):
            yield block
            block = None
        elif block is not None:
            block.lines.append(line)
        before = line
    if block is not None:
        raise Problem(f"{block.where()}: this block does not end")


def commands_of(block):
    text = "\n".join(block.lines).replace("\\\n", " ")
    for line in text.splitlines():
        if block.language == "console":
            if not line.startswith("$ "):
                continue
            line = line[2:]
        line = re.sub(r"(^|\s)#.*", "", line)
        if line.strip():
            yield " ".join(line.split())


def write_if_new(path, text):
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def libraries(root):
    described = subprocess.run(
        ["swift", "package", "describe", "--type", "json"], cwd=root, capture_output=True, text=True
    )
    if described.returncode != 0:
        raise Problem(f"{described.stderr}\nreadme: the package cannot be described")
    products = json.loads(described.stdout)["products"]
    return [product["name"] for product in products if "library" in product["type"]]


def compile_blocks(root, blocks):
    package = root / ".build" / "readme"
    targets = []
    for number, block in enumerate(blocks, 1):
        text = "\n".join(block.lines)
        is_test = re.search(r"^\s*import Testing\b", text, re.MULTILINE)
        kind, name = ("testTarget", f"Block{number}Tests") if is_test else ("executableTarget", f"block{number}")
        source = f'#sourceLocation(file: "{block.where().split(":")[0]}", line: {block.line + 1})\n{text}\n'
        folder = package / ("Tests" if is_test else "Sources") / name
        write_if_new(folder / ("Block.swift" if is_test else "main.swift"), source)
        targets.append((kind, name, folder))

    expected = {folder for _, _, folder in targets}
    for folder in [*package.glob("Sources/*"), *package.glob("Tests/*")]:
        if folder not in expected:
            shutil.rmtree(folder)

    manifest = MANIFEST
    for key, value in {
        "root": os.path.relpath(root, package),
        "products": "\n".join(f'    .product(name: "{name}", package: "vitals"),' for name in libraries(root)),
        "targets": "\n".join(
            f'        .{kind}(name: "{name}", dependencies: products),' for kind, name, _ in targets
        ),
    }.items():
        manifest = manifest.replace("{" + key + "}", value)
    write_if_new(package / "Package.swift", manifest)

    def build():
        return subprocess.run(
            ["swift", "build", "--build-tests", *STRICT], cwd=package, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True
        )

    built = build()
    if built.returncode != 0 and "missing inputs" in built.stdout:
        # SwiftPM remembers the files of a package that is used by path, also those that are gone.
        shutil.rmtree(package / ".build")
        built = build()
    if built.returncode != 0:
        raise Problem(f"{built.stdout}\nreadme: a Swift block does not compile")


def check(root):
    readme = root / "README.md"
    if not readme.is_file():
        raise Problem("README.md is missing")
    pages = [readme, *sorted((root / "docs").glob("*.md"))]
    blocks = [block for page in pages for block in blocks_of(root, page)]

    commands = 0
    for block in blocks:
        if block.language in SHELLS:
            for command in commands_of(block):
                commands += 1
                if command not in COMMANDS:
                    raise Problem(f"{block.where()}: no test runs `{command}` (COMMANDS in scripts/check-readme.py)")
        if block.excuse == "":
            raise Problem(f"{block.where()}: `not compiled` needs a reason")

    swift = [block for block in blocks if block.language == "swift"]
    skipped = [block for block in swift if block.excuse]
    compiled = [block for block in swift if not block.excuse]
    if compiled:
        compile_blocks(root, compiled)
    for block in skipped:
        print(f"readme: {block.where()} not compiled: {block.excuse}")
    print(f"readme: {len(compiled)} Swift blocks compiled, {len(skipped)} not compiled, {commands} commands known")


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    try:
        check(root.resolve())
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
