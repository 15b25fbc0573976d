#!/usr/bin/env python3
"""Checks that the files of deploy/ agree with each other, with the sources, and with the tools that read them.

Takes the root of the checkout, by default the one it lies in. Tools that cannot be had here are named and left out; with
--all-tools that is a failure. Needs the Python of scripts/python.sh.
"""

import sys
from pathlib import Path

from deploy_checks import compose, image, kubernetes, tools
from deploy_checks.files import Broken


def problems(root, skipped):
    """What is wrong; what could not be checked is appended to `skipped`."""
    for check in (*compose.CHECKS, *image.CHECKS, *kubernetes.CHECKS, *tools.CHECKS):
        try:
            yield from check(root, skipped)
        except Broken as broken:
            yield str(broken)


def main(arguments):
    needs_all = "--all-tools" in arguments
    roots = [argument for argument in arguments if argument != "--all-tools"]
    root = Path(roots[0]) if roots else Path(__file__).resolve().parent.parent
    skipped = []
    found = list(dict.fromkeys(problems(root.resolve(), skipped)))
    for problem in found:
        print(problem, file=sys.stderr)
    for reason in skipped:
        print(f"check-deploy: left out: {reason}", file=sys.stderr)
    failed = found or (needs_all and set(skipped) - {kubernetes.NO_KUBECTL})
    if not failed:
        print("check-deploy: clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
