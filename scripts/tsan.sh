#!/bin/sh
# Runs tests under ThreadSanitizer, in a build of their own. Takes what `swift test` takes, such as --filter.
set -eu

cd "$(dirname "$0")/.."
exec swift test --disable-xctest --sanitize=thread --scratch-path .build/tsan \
    -Xswiftc -warnings-as-errors "$@"
