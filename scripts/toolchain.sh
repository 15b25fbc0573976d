#!/bin/sh
# Stops with a word of advice if there is no Swift toolchain that can build Vitals.
set -eu

needed="a Swift 6.3 toolchain (6.2 at least) is needed: see https://www.swift.org/install/linux/"

if ! command -v swift >/dev/null; then
    echo "toolchain: there is no swift on the PATH; $needed" >&2
    exit 1
fi
if ! said=$(swift --version 2>&1); then
    echo "toolchain: swift does not start: $said" >&2
    exit 1
fi
version=$(printf '%s\n' "$said" | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
major=${version%%.*}
minor=${version#*.}
if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    echo "toolchain: swift is version ${version:-unknown}; $needed" >&2
    exit 1
fi
