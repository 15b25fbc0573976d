#!/usr/bin/env python3
"""Checks alerts/: rules, their unit tests and their runbooks, by promtool and by rules of ours.

Runs with the Python of scripts/python.sh. Native histograms are tested by a newer promtool, which scripts/newer.sh has
unpacked. The catalogue is what `vitals-dashboards --list` prints, from --catalogue or from the program itself.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "Tests" / "Interop")]

from alert_checks import house, queries, runbooks, tested  # noqa: E402
from alert_checks.reading import Alerts, Unreadable  # noqa: E402
from instruments import INSTRUMENTS, PAYMENT  # noqa: E402

SECONDS = 300
# The first that reads native histograms as 3.5 does, to the last digit of a quantile.
NATIVE = (3, 0)


def problems(alerts, listing, dashboards, documentation, limits):
    """Everything that needs no promtool."""
    there = queries.known(alerts, listing, [*INSTRUMENTS, *PAYMENT])
    variables = {raw["uid"]: {each["name"] for each in raw["templating"]["list"]} for raw in dashboards}
    titles = {raw["title"].removeprefix("Vitals / "): set(panels(raw)) for raw in dashboards}
    for rule in house.RULES.values():
        yield from rule(alerts, variables if dashboards else None)
    for rule in queries.RULES.values():
        yield from rule(alerts, there)
    for rule in tested.RULES.values():
        yield from rule(alerts)
    yield from runbooks.complete(alerts)
    yield from runbooks.asked(alerts, there)
    yield from runbooks.settings(alerts, documentation)
    yield from runbooks.limits(alerts, limits)
    if dashboards:
        yield from runbooks.panels(alerts, titles)


def panels(raw):
    for panel in raw.get("panels", []):
        yield panel.get("title")
        yield from panels(panel)


def run(promtool, *arguments):
    """What promtool complains of; nothing if it is content."""
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, timeout=SECONDS)
    # It writes down each file with SUCCESS on one stream and what is wrong on the other.
    complaint = "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.strip())
    return f"{promtool} {' '.join(map(str, arguments[:3]))}: {complaint}" if done.returncode else None


def version(promtool):
    said = subprocess.run([promtool, "--version"], capture_output=True, text=True, timeout=SECONDS)
    found = re.search(r"version (\d+)\.(\d+)", said.stdout + said.stderr)
    if not found:
        raise Unreadable(f"{promtool} --version says nothing of a version: {said.stdout + said.stderr!r}")
    return int(found[1]), int(found[2])


def by_promtool(alerts, promtool):
    """Pairs: how many files of tests were run, and what is wrong."""
    reads_native = version(promtool) >= NATIVE
    files = [file.path for file in alerts.test_files if reads_native or not file.is_native]
    # Days of samples take seconds; each file is a process of its own.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = list(pool.map(lambda path: run(promtool, "test", "rules", path), files))
    complaints.append(run(promtool, "check", "rules", "--lint=all", "--lint-fatal", *alerts.rule_files))
    return len(files), [complaint for complaint in complaints if complaint]


def promtools():
    """This machine's, and a newer one."""
    there = [shutil.which("promtool")]
    if there[0] is None:
        raise Unreadable("there is no promtool: scripts/packages.sh test says which package has it")
    newer = subprocess.run([ROOT / "scripts" / "newer.sh", "promtool"], capture_output=True, text=True, timeout=900)
    if newer.returncode:
        raise Unreadable(f"no newer promtool can be had, so that tests/native is not run: {newer.stderr.strip()}")
    there.append(str(Path(newer.stdout.strip()) / "usr" / "bin" / "promtool"))
    return there


def catalogue(path):
    if path:
        return Path(path).read_text(encoding="utf-8")
    program = ROOT / ".build" / "debug" / "vitals-dashboards"
    if not program.exists():
        raise Unreadable(f"there is no {program}: swift build --product vitals-dashboards, or --catalogue FILE")
    return subprocess.run([program, "--list"], check=True, capture_output=True, text=True, timeout=60).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default=ROOT / "alerts", type=Path, help="alerts/ if not given")
    parser.add_argument("--catalogue", help="a file of what `vitals-dashboards --list` prints")
    parser.add_argument("--dashboards", default=ROOT / "dashboards", type=Path, help="dashboards/ if not given")
    parser.add_argument("--promtool", action="append", help="in place of both; may come again")
    options = parser.parse_args()
    try:
        alerts = Alerts.read(options.folder)
        files = sorted(options.dashboards.glob("*.json"))
        dashboards = [json.loads(path.read_text(encoding="utf-8")) for path in files]
        documentation = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
        limits = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "Sources").rglob("*Limits.swift"))]
        wrong = list(problems(alerts, catalogue(options.catalogue), dashboards, documentation, limits))
        tools = options.promtool or promtools()
        for promtool in tools:
            count, complaints = by_promtool(alerts, promtool)
            print(f"{promtool} {'.'.join(map(str, version(promtool)))}: {count} files of tests")
            wrong += complaints
    except (OSError, Unreadable, subprocess.SubprocessError) as problem:
        sys.exit(f"check-alerts: {problem}")
    for problem in wrong:
        print(problem, file=sys.stderr)
    alerting, recording = len(alerts.alerts), len(alerts.records)
    print(f"{alerting} alerts of {len({rule.alert for rule in alerts.alerts})} names, {recording} recorded series, "
          f"{len(alerts.tests)} tests, {len(alerts.runbooks)} runbooks: {len(wrong) or 'no'} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
