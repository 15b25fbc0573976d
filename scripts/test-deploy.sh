#!/usr/bin/env bash
# Runs the tests of what is deployed that take minutes: real servers scrape, receive and alert. One after the other, each
# with a bound; takes the names of some, by default runs all.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${DEPLOY_SECONDS:-600}
# The first time, the one of the image builds the services for it and a small Debian.
longest=1500
root=$PWD
python=$(scripts/python.sh)
summary=
failed=0

for product in interop-target storefront vitals-dashboards; do
    swift build --product "$product" -Xswiftc -warnings-as-errors
done
cd Tests/Deploy
export GRPC_VERBOSITY=NONE

tests=("$@")
if [ $# -eq 0 ]; then
    for file in test_*.py; do
        case ${file%.py} in
            # A part of `make test` (scripts/operations.sh).
            test_check_alerts | test_check_dashboards | test_check_scale | test_import) ;;
            *) tests+=("${file%.py}") ;;
        esac
    done
fi

# Ends what a test has left, by id, and removes its folder: one whose time is up does neither itself. Whoever it started,
# directly or not, has the folder in its environment.
folder=
clear_up() {
    local pids
    [ -n "$folder" ] || return 0
    for signal in TERM KILL; do
        for _ in {1..20}; do
            pids=$(grep -lzxF "TMPDIR=$folder" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3 || true)
            [ -n "$pids" ] || break 2
            # One may have ended meanwhile.
            kill -s "$signal" $pids 2>/dev/null || true
            sleep 0.25
        done
    done
    [ -z "$pids" ] || echo "test-deploy: these processes of a test do not end: $pids" >&2
    rm -rf "$folder"
    folder=
}
trap clear_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Notes how a test ended, and how long it took.
stage() {
    local name=$1 log=$root/.build/deploy-$1.log began=$SECONDS verdict=passed limit=$seconds
    shift
    if [[ $name == test_image && $limit -lt $longest ]]; then limit=$longest; fi
    printf '\n== %s\n' "$name"
    folder=$(mktemp -d "${TMPDIR:-/tmp}/vitals-deploy-XXXXXX")
    # In the background, so that a signal to this script is heard while it waits; there Ctrl-C would be ignored.
    TMPDIR=$folder env --default-signal=INT timeout --kill-after=20 "$limit" "$@" >"$log" 2>&1 &
    wait $! || verdict=FAILED
    clear_up
    # No tests are no success.
    if [[ $name == test_* ]] && ! grep -q '^Ran [1-9]' "$log"; then verdict=FAILED; fi
    [ "$verdict" = passed ] || failed=1
    cat "$log"
    summary+=$(printf '%s %4d s  %s' "$verdict" $((SECONDS - began)) "$name")$'\n'
}

if [ $# -eq 0 ]; then
    stage check-alerts "$python" "$root/scripts/check-alerts.py"
    stage check-deploy "$python" "$root/scripts/check-deploy.py" --all-tools
    stage check-scale "$python" "$root/scripts/check-scale.py" --all-tools
fi
for name in "${tests[@]}"; do
    stage "${name%%.*}" "$python" -W error::ResourceWarning -m unittest --verbose "$name"
done
printf '\n== summary\n%s' "$summary"
exit "$failed"
