#!/bin/sh
# Loads the optimised endpoint with scrapes. Takes what Tests/Interop/load.py takes.
set -eu

cd "$(dirname "$0")/.."
python=$(scripts/python.sh)
swift build -c release --product interop-target -Xswiftc -warnings-as-errors
INTEROP_TARGET=$PWD/.build/release/interop-target exec timeout --kill-after=20 600 "$python" Tests/Interop/load.py "$@"
