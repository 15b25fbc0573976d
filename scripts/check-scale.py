#!/usr/bin/env python3
"""Checks what docs/scale.md tells people to copy, and its sums.

A block below `<!-- checked: WHAT -->` is taken out of the page and given to the tool that will read it: prometheus and
prometheus-agent to promtool, vmagent to vmagent, collector to the checks of deploy/, sums to nothing but arithmetic.
Every block of YAML has to have such a line. Takes the root of the checkout, by default the one it lies in. Tools of a
newer Debian are used where scripts/newer.sh has unpacked them; with --all-tools it is asked to. Needs the Python of
scripts/python.sh.
"""

import ast
import operator
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import yaml
from deploy_checks import collector, tools
from deploy_checks.files import Broken

PAGE = "docs/scale.md"
FENCE = re.compile(r"^```([\w-]*)$")
CHECKED = re.compile(r"<!-- checked: *([\w-]+) *-->")
# What has to be on the page: a block that is renamed is not one that is checked.
WANTED = {"prometheus", "prometheus-agent", "vmagent", "collector", "sums"}
SUM = re.compile(r"^(?P<what>.+?)  +(?P<sum>[\d(][\d.,e ()×÷+−-]*) = (?P<result>[\d.,]+) (?P<unit>\S.*)$")
SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", ",": None})
TOLERANCE = 0.02
UNITS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "m": 1e-3}
KINDS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def blocks(text):
    """What is to be checked, where it begins, and its text; of a block that says nothing, its language."""
    lines, before = iter(enumerate(text.splitlines(), 1)), ""
    for number, line in lines:
        opening = FENCE.match(line)
        if opening:
            inside = []
            for _, inner in lines:
                if inner == "```":
                    break
                inside.append(inner)
            said = CHECKED.fullmatch(before.strip())
            yield said and said[1], opening[1], number, "\n".join(inside) + "\n"
        if line.strip():
            before = line


def value(node):
    if isinstance(node, ast.Expression):
        return value(node.body)
    if isinstance(node, ast.BinOp) and type(node.op) in KINDS:
        return KINDS[type(node.op)](value(node.left), value(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    raise ValueError(ast.dump(node))


def check_sums(text):
    """Each line is `what  expression = result unit`, and true to two parts in a hundred."""
    for line in filter(str.strip, text.splitlines()):
        found = SUM.match(line)
        if not found:
            yield f"is no sum: {line}"
            continue
        told = float(found["result"].replace(",", ""))
        prefix = re.match(r"([kMGTm])(B|samples|series|points)\b", found["unit"])
        told *= UNITS[prefix[1]] if prefix else 1
        try:
            made = value(ast.parse(found["sum"].translate(SIGNS).strip(), mode="eval"))
        except (SyntaxError, ValueError, ZeroDivisionError) as error:
            yield f"cannot be computed: {line}: {error}"
            continue
        if abs(made - told) > TOLERANCE * abs(made):
            yield f"is {made:.4g} and not {told:.4g}: {line}"


def unpacked(package, program, fetch):
    """A program of a newer Debian."""
    if fetch:
        return tools.newer(package, program)
    path = tools.HOME / ".build/newer/sid/root/usr/bin" / program
    return path if path.exists() else None


def promtool(*options):
    def check(text, folder, skipped, fetch):
        (folder / "prometheus.yml").write_text(text, encoding="utf-8")
        for what, program in (
            ("promtool on the PATH", shutil.which("promtool")),
            ("newer promtool", unpacked("promtool", "promtool", fetch)),
        ):
            if not program:
                skipped.append(f"promtool check config: no {what}")
                continue
            code, said = tools.run(program, "check", "config", *options, folder / "prometheus.yml")
            if code or "SUCCESS" not in said:
                yield f"{what}: {said}"

    return check


def check_vmagent(text, folder, skipped, fetch):
    """The command of the page, with the scrape configuration that stands before it."""
    program = unpacked("victoria-metrics", "vmagent", fetch)
    command = shlex.split(text.replace("\\\n", " "))
    if not command or command[0] != "vmagent":
        yield f"is no command of vmagent: {text.strip()}"
    elif not program:
        skipped.append("vmagent -dryRun: no victoria-metrics of a newer Debian")
    else:
        # The file that the page names is in the folder where this runs.
        code, said = tools.run(program, *command[1:], "-dryRun", "-loggerLevel=ERROR", cwd=folder)
        if code or said:
            yield f"vmagent: {said}"


def check_collector(text, *_):
    yield from collector.wiring(PAGE, yaml.safe_load(text))


def problems(root, skipped, fetch):
    page, seen = (root / PAGE).read_text(encoding="utf-8"), set()
    checks = {
        "prometheus": promtool(),
        "prometheus-agent": promtool("--agent"),
        "vmagent": check_vmagent,
        "collector": check_collector,
        "sums": lambda text, *_: check_sums(text),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, language, number, text in blocks(page):
            place = f"{PAGE}:{number}"
            if what is None:
                if language == "yaml":
                    yield f"{place}: a block of YAML that nothing checks"
                continue
            if what not in checks:
                yield f"{place}: `checked: {what}` is none of {', '.join(sorted(checks))}"
                continue
            seen.add(what)
            try:
                configuration = yaml.safe_load(text) if language == "yaml" else {}
                if what == "prometheus-agent":
                    # vmagent takes the part of it that is about scraping.
                    kept = {key: configuration[key] for key in ("global", "scrape_configs") if key in configuration}
                    (folder / "scrape.yml").write_text(yaml.safe_dump(kept), encoding="utf-8")
                yield from (f"{place}: {problem}" for problem in checks[what](text, folder, skipped, fetch))
            except (yaml.YAMLError, Broken) as error:
                yield f"{place}: {' '.join(str(error).split())}"
    yield from (f"{PAGE}: nothing is checked as {what}" for what in sorted(WANTED - seen))


def main(arguments):
    fetch = "--all-tools" in arguments
    roots = [argument for argument in arguments if argument != "--all-tools"]
    root = Path(roots[0]) if roots else tools.HOME
    skipped = []
    found = list(problems(root.resolve(), skipped, fetch))
    for problem in found:
        print(problem, file=sys.stderr)
    for reason in dict.fromkeys(skipped):
        print(f"check-scale: left out: {reason}", file=sys.stderr)
    if not found:
        print("check-scale: clean")
    return 1 if found or fetch and skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
