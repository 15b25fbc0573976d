#!/usr/bin/env bash
# Every test there is, stage by stage. A stage that fails does not keep the others from running.
set -uo pipefail

cd "$(dirname "$0")/.."
mkdir -p .build
log=.build/test.log
strict=(-Xswiftc -warnings-as-errors)
passed=0
failed=0
summary=
closing=

stage() {
    local name=$1 began=$SECONDS verdict
    shift
    printf '\n== %s\n' "$name"
    : >"$log"
    if "$@" 2>&1; then
        passed=$((passed + 1)) verdict=passed
    else
        failed=$((failed + 1)) verdict=FAILED
    fi
    summary+=$(printf '%s %4d s  %s' "$verdict" $((SECONDS - began)) "$name")$'\n'
}

# Runs tests, and fails also if there were none.
tests() {
    "$@" 2>&1 | tee "$log" && grep -aq 'Test run with [1-9].* passed' "$log"
}

# The tests of the doors come by themselves, as they are about time.
apart() {
    tests swift test --disable-xctest "${strict[@]}" "$@" --skip 'VitalsEndpointTests|VitalsOTLPTests|StorefrontTests' \
        && tests swift test --disable-xctest "${strict[@]}" "$@" --filter VitalsEndpointTests \
        && tests swift test --disable-xctest "${strict[@]}" "$@" --filter VitalsOTLPTests
}

# The storefront's too are about time.
debug_tests() {
    swift build --build-tests "${strict[@]}" && apart \
        && tests swift test --disable-xctest "${strict[@]}" --filter StorefrontTests
}

# In a build of its own: what `make run` and `make bench` build is not made for tests.
release_tests() {
    VITALS_OPTIMISED=1 apart -c release --scratch-path .build/optimised -Xswiftc -enable-testing
}

# Only the tests about threads, with what they share: their files are all that is built (Package.swift).
race_tests() {
    local files
    files=$(cd Tests && find VitalsMetricsTests VitalsTracingTests -name '*.swift' \( -not -name '*Tests.swift' \
        -o -name '*RaceTests.swift' -o -name ThreadLifeTests.swift -o -name PeriodicReaderTests.swift \
        -o -name AttachedContextTests.swift \))
    RACE_SECONDS=10 RACE_ROUNDS=5000 VITALS_RACES=$files tests scripts/tsan.sh
}

# As `make run` does it, but for the build, which is that of the optimised tests: another one takes more than a minute.
storefront() {
    .build/optimised/release/storefront --load 50 --seconds 3 --port 0 --metrics-port 0 --database :memory:
}

stage "lint" scripts/lint.sh
stage "tests of the lint" scripts/test-lint.sh
stage "tests" debug_tests
closing=$(grep -a 'Test run with' "$log" | tail -n 1)
stage "tests, optimised" release_tests
stage "interop" scripts/interop.sh
stage "storefront, optimised" storefront
stage "tests of the benchmark's script" python3 -m unittest discover --start-directory Benchmarks
stage "dashboards, alerts, deployment" scripts/operations.sh
stage "README" scripts/check-readme.py
stage "documentation" scripts/docs.sh
stage "races, under ThreadSanitizer" race_tests

printf '\n== summary\n%s%s\n%d passed, %d failed\n' "$summary" "${closing:-no tests were run}" "$passed" "$failed"
[ "$failed" -eq 0 ]
