#!/usr/bin/env bash
# Runs the tests that let software which we did not write talk to the doors. Takes what
# `python -m unittest` takes, such as the name of a test; by default runs all, in four groups side by side, as they wait
# most of the time: the two longest have one each.
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
names=(test_*.py)
lost=(test_otlp_nothing_lost)
page=(test_live_page)
pushes=()
others=()
for name in "${names[@]%.py}"; do
    case $name in
        "${lost[0]}" | "${page[0]}") ;;
        test_otlp_*) pushes+=("$name") ;;
        *) others+=("$name") ;;
    esac
done
groups=()
for group in lost page pushes others; do
    declare -n members=$group
    run "$log.$group" --verbose "${members[@]}" &
    groups+=($!)
done
for group in "${groups[@]}"; do wait "$group" || failed=1; done
for group in lost page pushes others; do cat "../../$log.$group"; done
exit "${failed:-0}"
