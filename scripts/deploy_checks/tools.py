"""Lets the tools read the configurations that they will read: docker-compose, promtool and amtool."""

import contextlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from .compose import FILE, PROMETHEUS, PUSH
from .files import COMPOSE, mapping

HOME = Path(__file__).resolve().parents[2]
ALERTMANAGER = f"{COMPOSE}/alertmanager/alertmanager.yml"
# Keys that a promtool older than this refuses. They are taken away for it; one that is misspelt is not.
SINCE = {
    "otlp": (3, 1),
    "scrape_native_histograms": (3, 8),
    "extra_scrape_metrics": (3, 10),
}


def newer(package, program):
    """A program of a newer Debian, unpacked; None where that cannot be had."""
    made = subprocess.run(
        [HOME / "scripts/newer.sh", package], capture_output=True, text=True, check=False, timeout=600
    )
    path = Path(made.stdout.strip() or "nowhere") / "usr/bin" / program
    return path if made.returncode == 0 and path.exists() else None


def run(*command, **options):
    """The exit code, and what was said, in one line."""
    said = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120, **options
    )
    return said.returncode, " ".join(said.stdout.split())


def check_compose(root, skipped):
    program = newer("docker-compose", "docker-compose")
    if not program:
        skipped.append("docker-compose config: no docker-compose of a newer Debian")
        return
    for files in ([FILE], [FILE, PUSH]):
        options = [part for file in files for part in ("--file", root / file)]
        # What a machine has set must not stand in for a variable that .env lacks.
        code, said = run(program, *options, "config", "--quiet", env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
        if code or said:
            yield f"{' with '.join(files)}: docker-compose: {said}"


def promtools(skipped):
    """Those that there are: Debian's own and a newer one."""
    found = [("promtool on the PATH", shutil.which("promtool")), ("newer promtool", newer("promtool", "promtool"))]
    for what, program in found:
        if program:
            yield what, program
        else:
            skipped.append(f"promtool check config: no {what}")


def version(program):
    said = run(program, "--version")[1]
    return tuple(map(int, re.search(r"version (\d+)\.(\d+)", said).groups()))


def readable(configuration, older):
    """A configuration as a promtool of that version may see it, and all that was taken away."""
    taken = set()
    for owner in (configuration, configuration["global"], *configuration["scrape_configs"]):
        for key in [key for key in owner if SINCE.get(key, (0, 0)) > older]:
            taken.add(key)
            del owner[key]
    return taken


def check_prometheus(root, skipped):
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for what, program in promtools(skipped):
            for path in PROMETHEUS:
                configuration = mapping(root, path)
                taken = readable(configuration, version(program))
                configuration["rule_files"] = [
                    str(root / "alerts" / pattern.rpartition("/")[2]) for pattern in configuration["rule_files"]
                ]
                (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
                code, said = run(program, "check", "config", folder / "prometheus.yml")
                if code or "SUCCESS" not in said:
                    without = f" (without {', '.join(sorted(taken))})" if taken else ""
                    yield f"{path}: {what}{without}: {said}"


def check_alertmanager(root, skipped):
    found = [shutil.which("amtool"), newer("prometheus-alertmanager", "amtool")]
    if not any(found):
        skipped.append("amtool check-config: no amtool on the PATH, and none of a newer Debian")
    for program in filter(None, found):
        code, said = run(program, "check-config", root / ALERTMANAGER)
        if code:
            yield f"{ALERTMANAGER}: {program}: {said}"


CHECKS = (check_compose, check_prometheus, check_alertmanager)
