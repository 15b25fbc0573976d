#!/usr/bin/env bash
# Runs the tests that let software which we did not write talk to the endpoint. Takes what
# `python -m unittest` takes, such as the name of a test; by default runs all.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${INTEROP_SECONDS:-600}
log=.build/interop.log
python=$(scripts/python.sh)

for product in interop-target interop-pusher interop-tracer vitals-demo; do
    swift build --product "$product" -Xswiftc -warnings-as-errors
done
cd Tests/Interop
# Handshakes that fail are what some tests want.
export GRPC_VERBOSITY=NONE
[ $# -gt 0 ] || set -- discover --verbose
# Each test is named as it begins: what hangs can be found.
timeout --kill-after=20 "$seconds" "$python" -W error::ResourceWarning -m unittest "$@" 2>&1 | tee "../../$log"
# No tests are no success.
grep -q '^Ran [1-9]' "../../$log"
