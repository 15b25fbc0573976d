#!/bin/sh
# Runs every fuzz target for FUZZ_SECONDS (60) seconds with AddressSanitizer.
#
# A target is an executable in Sources/fuzz-NAME/ with one source file, which defines
#
#     @_cdecl("LLVMFuzzerTestOneInput")
#     public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt
#
# What it finds stays in .build/fuzz/NAME/corpus, and an input that broke it in .build/fuzz/NAME.
set -eu

cd "$(dirname "$0")/.."
# Package.swift declares the targets only then: without the fuzzer they have no main function.
export VITALS_FUZZ=1
seconds=${FUZZ_SECONDS:-60}
found=0
failed=0

for folder in Sources/fuzz-*/; do
    [ -d "$folder" ] || continue
    target=$(basename "$folder")
    work=.build/fuzz/${target#fuzz-}
    found=$((found + 1))
    echo "== $target, $seconds s"
    mkdir -p "$work/corpus"
    # The linker warns of each of the sanitizer's assembly routines, so its words go to a file. The compiler heeds only
    # the last -sanitize, and SwiftPM names the two in any order: hence both at once, at the end.
    if ! swift build --product "$target" --scratch-path .build/fuzz/build \
        --sanitize fuzzer --sanitize address -Xswiftc -sanitize=fuzzer,address >"$work/build.log" 2>&1; then
        grep -v 'Cannot export local symbol' "$work/build.log" >&2
        failed=$((failed + 1))
        continue
    fi
    # Swift's own crash handler would wait for the process that libFuzzer is about to end.
    SWIFT_BACKTRACE=enable=no ".build/fuzz/build/debug/$target" -max_total_time="$seconds" -timeout=10 \
        -artifact_prefix="$work/" "$work/corpus" </dev/null || failed=$((failed + 1))
done

[ "$found" -gt 0 ] || echo "fuzz: there are no fuzz targets (Sources/fuzz-*) yet"
[ "$failed" -eq 0 ] || { echo "fuzz: $failed of $found targets failed" >&2; exit 1; }
