#!/bin/sh
# Checks layout, the arrows between rooms, the tests that docs/compliance.md names, what README.md and docs/ say about the
# sources, and the other habits of the house. Takes the root of the checkout to check, by default this one.
set -u

root=${1:-$(dirname "$0")/..}
scripts=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
cd "$root" || exit 1
failed=0

swift format lint --strict --parallel --recursive Package.swift Sources Tests || failed=1
python3 "$scripts/check-sources.py" . || failed=1
python3 "$scripts/check-compliance.py" . || failed=1
python3 "$scripts/check-docs.py" . || failed=1

[ "$failed" -eq 0 ] && echo "lint: clean"
exit "$failed"
