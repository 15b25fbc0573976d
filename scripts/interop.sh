#!/usr/bin/env bash
# Runs the tests that let software which we did not write talk to the doors. Takes what
# `python -m unittest` takes, such as the name of a test; by default runs all, in two halves side by side, as they wait
# most of the time.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${INTEROP_SECONDS:-600}
log=.build/interop.log
python=$(scripts/python.sh)

for product in interop-target interop-pusher interop-tracer storefront; do
    swift build --product "$product" -Xswiftc -warnings-as-errors
done
cd Tests/Interop
# Handshakes that fail are what some tests want.
export GRPC_VERBOSITY=NONE

# Each test is named as it begins: what hangs can be found. No tests are no success.
run() {
    local log=../../$1
    shift
    timeout --kill-after=20 "$seconds" "$python" -W error::ResourceWarning -m unittest "$@" >"$log" 2>&1 \
        && grep -q '^Ran [1-9]' "$log"
}

if [ $# -gt 0 ]; then
    run "$log" "$@" || failed=1
    cat "../../$log"
    exit "${failed:-0}"
fi
pushes=(test_otlp_*.py)
others=()
for file in test_*.py; do [[ $file == test_otlp_* ]] || others+=("${file%.py}"); done
run "$log" --verbose "${pushes[@]%.py}" &
pushing=$!
run "$log.others" --verbose "${others[@]}" || failed=1
wait "$pushing" || failed=1
cat "../../$log" "../../$log.others"
exit "${failed:-0}"
