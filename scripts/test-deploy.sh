#!/usr/bin/env bash
# Runs the tests of what is deployed that take minutes: real servers scrape, receive and alert. One after the other, each
# with a bound; takes the names of some, by default runs all.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${DEPLOY_SECONDS:-300}
# The first time, the one of the image builds the services for it and a small Debian.
longest=1500
root=$PWD
python=$(scripts/python.sh)
summary=
failed=0

for product in interop-target storefront; do
    swift build --product "$product" -Xswiftc -warnings-as-errors
done
cd Tests/Deploy
export GRPC_VERBOSITY=NONE

if [ $# -eq 0 ]; then
    for file in test_*.py; do
        # Those of the checks are a part of `make test`.
        [[ $file == test_check* ]] || set -- "$@" "${file%.py}"
    done
fi
for name in "$@"; do
    log=$root/.build/deploy-${name%%.*}.log
    printf '\n== %s\n' "$name"
    began=$SECONDS verdict=passed
    # No tests are no success.
    limit=$seconds
    [[ $name != test_image* || $seconds -gt $longest ]] || limit=$longest
    timeout --kill-after=20 "$limit" "$python" -W error::ResourceWarning -m unittest --verbose "$name" >"$log" 2>&1 \
        && grep -q '^Ran [1-9]' "$log" || verdict=FAILED
    [ "$verdict" = passed ] || failed=1
    cat "$log"
    summary+=$(printf '%s %4d s  %s' "$verdict" $((SECONDS - began)) "$name")$'\n'
done
printf '\n== summary\n%s' "$summary"
exit "$failed"
