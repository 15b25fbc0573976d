#!/usr/bin/env bash
# Runs the tests that let software which we did not write talk to the endpoint. Takes what
# `python -m unittest` takes, such as the name of a test; by default runs all.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${INTEROP_SECONDS:-420}
log=.build/interop.log
python=$(scripts/python.sh)

swift build --product interop-target -Xswiftc -warnings-as-errors
cd Tests/Interop
[ $# -gt 0 ] || set -- discover --verbose
# What it is when time is up is the test that hangs, so each is named as it begins.
timeout --kill-after=20 "$seconds" "$python" -W error::ResourceWarning -m unittest "$@" 2>&1 | tee "../../$log"
# No tests are no success.
grep -q '^Ran [1-9]' "../../$log"
