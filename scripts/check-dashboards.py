#!/usr/bin/env python3
"""Checks dashboards: by the rules of Grafana's linter, by ours, and by the types of Grafana's SDK.

Takes the files; runs with the Python of scripts/python.sh. The catalogue is what `vitals-dashboards --list` prints,
from --catalogue or from the program itself where it was built.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "Tests" / "Interop")]

from dashboard_checks import house, linter, metrics, sdk  # noqa: E402
from dashboard_checks.reading import Dashboard  # noqa: E402
from instruments import INSTRUMENTS, PAYMENT  # noqa: E402

# What is in the catalogue and on no dashboard, with the reason.
UNUSED = {"process_uptime_seconds": "time() - process_start_time_seconds is the same, and goes on between scrapes"}


def findings(dashboard, known):
    """Pairs of a rule and what it complains of; not the linter's, which may be excused."""
    for name, rule in house.RULES.items():
        yield from ((name, problem) for problem in rule(dashboard))
    for name, rule in metrics.RULES.items():
        yield from ((name, problem) for problem in rule(dashboard, known))
    yield from (("types", problem) for problem in sdk.problems(dashboard.raw))


def lint(dashboard, exclusions=None):
    """What the linter's rules complain of, and why some may; an exclusion that is not needed is a complaint too."""
    exclusions = linter.EXCLUSIONS if exclusions is None else exclusions
    problems, excused = [], []
    for name, rule in linter.RULES.items():
        found = list(rule(dashboard))
        part, reason = exclusions.get((dashboard.uid, name), (None, None))
        counting = [problem for problem in found if part is None or part not in problem]
        problems += [(name, problem) for problem in counting]
        if len(counting) < len(found):
            excused.append(f"{name} ({reason})")
        elif part is not None:
            problems.append((name, "its exclusion is not needed: take it out"))
    return problems, excused


def check(dashboards, known, unused=None):
    """Prints what is wrong; gives whether all is well."""
    clean = True
    for dashboard in dashboards:
        problems, excused = lint(dashboard)
        failed = {name for name, _ in problems}
        total = len(linter.RULES)
        print(f"{dashboard}: {total - len(failed)} of {total} rules, exclusions: {', '.join(excused) or 'none'}")
        problems += findings(dashboard, known)
        for name, problem in problems:
            print(f"{dashboard}: {name}: {problem}", file=sys.stderr)
        clean = clean and not problems
    common = [*house.together(dashboards), *metrics.unused(dashboards, known, UNUSED if unused is None else unused)]
    for problem in common:
        print(problem, file=sys.stderr)
    return clean and not common


def catalogue(path):
    if path:
        return Path(path).read_text(encoding="utf-8")
    program = ROOT / ".build" / "debug" / "vitals-dashboards"
    if not program.exists():
        place = program.relative_to(ROOT)
        sys.exit(f"there is no {place}: swift build --product vitals-dashboards, or --catalogue FILE")
    return subprocess.run([program, "--list"], check=True, capture_output=True, text=True, timeout=60).stdout


def main():
    parser = argparse.ArgumentParser(description="Checks dashboards.")
    parser.add_argument("files", nargs="*", help="dashboards; dashboards/*.json unless told otherwise")
    parser.add_argument("--catalogue", help="a file of what `vitals-dashboards --list` prints")
    arguments = parser.parse_args()
    files = arguments.files or sorted((ROOT / "dashboards").glob("*.json"))
    if not files:
        sys.exit("there are no dashboards")
    rules = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "alerts").glob("*.rules.yml")))
    known = metrics.Known(catalogue(arguments.catalogue), [*INSTRUMENTS, *PAYMENT], rules)
    return 0 if check([Dashboard.read(path) for path in files], known) else 1


if __name__ == "__main__":
    sys.exit(main())
