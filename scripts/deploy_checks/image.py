"""Checks the Dockerfile as far as that goes without Docker: what it copies is there, what is needed is installed."""

import json
import re
import shutil
import subprocess

from .files import COMPOSE, Broken, environment, is_pinned, own_ports, services, text

FILE = "deploy/Dockerfile"
IGNORE = ".dockerignore"
# In every image of Debian: apt itself needs them.
BASE = {"libc6", "libgcc-s1"}
# Those that --static-swift-stdlib puts into the program.
SWIFT = re.compile(r"lib(swift|_?Foundation|dispatch|BlocksRuntime|_Internationalization)")
# The first that is there is looked at; that of scripts/test-deploy.sh is built as the Dockerfile does it.
BINARIES = (".build/static/release/storefront", ".build/release/storefront", ".build/debug/storefront")


def stages(root):
    """The stages of the Dockerfile, each a list of an instruction and its words."""
    lines = "\n".join(line for line in text(root, FILE).splitlines() if not line.lstrip().startswith("#"))
    found, before = [], []
    for line in re.sub(r"\\\n", " ", lines).splitlines():
        if not line.strip():
            continue
        instruction, _, rest = line.strip().partition(" ")
        if instruction == "FROM":
            found.append([])
        (found[-1] if found else before).append((instruction, rest.strip()))
    if len(found) != 2:
        raise Broken(f"{FILE}: has {len(found)} stages, not two")
    return before, *found


def words(stage, instruction):
    return [rest for name, rest in stage if name == instruction]


def copied(stage):
    """What a stage copies from the checkout."""
    for rest in words(stage, "COPY"):
        *sources, _ = rest.split()
        if not sources[0].startswith("--from"):
            yield from sources


def installed(stage):
    """The packages that a stage installs."""
    found = set()
    for rest in words(stage, "RUN"):
        for command in rest.split("&&"):
            if "apt-get install" in command:
                found |= {word for word in command.split("install", 1)[1].split() if not word.startswith("-")}
    return found


def check_stages(root, _):
    before, build, run = stages(root)
    defaults = dict(rest.split("=", 1) for rest in words(before, "ARG") if "=" in rest)
    for stage in (build, run):
        image = stage[0][1].split()[0]
        variable = re.fullmatch(r"\$\{(\w+)\}", image)
        image = defaults.get(variable[1], "") if variable else image
        if not is_pinned(image) and "bookworm" not in image:
            yield f"{FILE}: FROM {stage[0][1]} is {image or 'nothing'}, which is no pinned version"
    commands = " ".join(words(build, "RUN"))
    for flag in ("-c release", "--product storefront", "--static-swift-stdlib"):
        if flag not in commands:
            yield f"{FILE}: the build lacks {flag}"
    made = re.search(r"\bcp \S+ (/\S+)", commands)
    taken = [rest.split() for rest in words(run, "COPY")]
    program = json.loads(words(run, "ENTRYPOINT")[0])[0] if words(run, "ENTRYPOINT") else None
    if not made or [["--from=build", made[1], program]] != taken:
        yield f"{FILE}: the program that the build makes is not the one that is copied and started"
    user = words(run, "USER")
    if not user or not user[-1].split(":")[0].isdigit() or int(user[-1].split(":")[0]) == 0:
        yield f"{FILE}: the last USER has to be a number that is not 0"
    for name in own_ports(root):
        other = services(root).get(name, {}).get("user")
        if user and other != user[-1]:
            yield f"{FILE}: USER is {user[-1]}, but {name} of {COMPOSE}/compose.yaml is {other}"
    exposed = {int(port) for rest in words(run, "EXPOSE") for port in rest.split()}
    wanted = set().union(*own_ports(root).values())
    if exposed != wanted:
        yield f"{FILE}: EXPOSE is {sorted(exposed)}, but the services listen at {sorted(wanted)}"
    image = environment(root).get("STOREFRONT_IMAGE", "")
    if image not in text(root, FILE):
        yield f"{FILE}: says another name than STOREFRONT_IMAGE of {COMPOSE}/.env, {image}"


def check_context(root, _):
    """What is copied exists and is not ignored, and SwiftPM finds the folders of all targets."""
    kept = {line[1:] for line in text(root, IGNORE).splitlines() if line.startswith("!")}
    if "*" not in text(root, IGNORE).splitlines():
        yield f"{IGNORE}: does not begin with *, so that whatever lies in the checkout is sent to the builder"
    _, build, _ = stages(root)
    sources = set(copied(build))
    for source in sorted(sources):
        if not (root / source).exists():
            yield f"{FILE}: copies {source}, which is not there"
        if source not in kept:
            yield f"{IGNORE}: leaves out {source}, which {FILE} copies"
    for source in sorted(kept - sources):
        yield f"{IGNORE}: keeps {source}, which {FILE} does not copy"
    for path in sorted({"Sources", "Tests", *re.findall(r'path: "([^"/]+)', text(root, "Package.swift"))} - sources):
        yield f"{FILE}: does not copy {path}, in which Package.swift has targets"


def package(library):
    """The Debian package of a library, by the file that the linker would take."""
    for folder in ("/lib", "/usr/lib"):
        found = subprocess.run(
            ["dpkg-query", "--search", f"{folder}/*/{library}"], capture_output=True, text=True, check=False, timeout=60
        )
        names = {line.split(":")[0] for line in found.stdout.splitlines() if line.endswith(f"/{library}")}
        if names:
            return min(names)
    return None


def linked(binary):
    """The libraries that a program says it needs."""
    said = subprocess.run(["objdump", "-p", binary], capture_output=True, text=True, check=True, timeout=60).stdout
    return [name for name in re.findall(r"NEEDED\s+(\S+)", said) if not SWIFT.match(name)]


def loaded(root):
    """The libraries that the sources open when they need them; OpenSSL's by the version of its headers."""
    for source in sorted((root / "Sources").rglob("*.c")):
        for name, macro in re.findall(r'dlopen\("([^"]+)"(?: TEXT\((\w+)\))?', source.read_text(encoding="utf-8")):
            yield f"{name}{openssl_version()}" if macro else name


def openssl_version():
    said = subprocess.run(
        ["cc", "-E", "-dM", "-include", "openssl/opensslv.h", "-x", "c", "/dev/null"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    return re.search(r"OPENSSL_VERSION_MAJOR +(\d+)", said)[1]


def check_libraries(root, skipped):
    """The packages of all libraries that the program needs are installed in the image."""
    binary = next((root / path for path in BINARIES if (root / path).is_file()), None)
    tools = [tool for tool in ("dpkg-query", "objdump", "cc") if not shutil.which(tool)]
    if not binary or tools:
        skipped.append(f"libraries of the image: {'no ' + tools[0] if tools else 'no storefront is built'}")
        return
    has = installed(stages(root)[2]) | BASE
    needed = {package(library) or f"(no package has {library})" for library in [*linked(binary), *loaded(root)]}
    for name in sorted(needed - has):
        yield f"{FILE}: does not install {name}, which {binary.relative_to(root)} needs"
    # Of what is installed, these are no libraries.
    for name in sorted(has - needed - BASE - {"ca-certificates", "curl", "libstdc++6"}):
        yield f"{FILE}: installs {name}, which {binary.relative_to(root)} does not need"
    tests = {test[1] for test in tests_of(root)}
    for program in sorted(tests - has):
        yield f"{FILE}: does not install {program}, which the health checks of {COMPOSE}/compose.yaml run"


def tests_of(root):
    return [service["healthcheck"]["test"] for name, service in services(root).items() if name in own_ports(root)]


CHECKS = (check_stages, check_context, check_libraries)
