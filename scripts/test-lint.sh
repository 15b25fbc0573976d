#!/bin/sh
# Feeds lint.sh a house in order, and then one bad file after the other.
set -eu

scripts=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
passed=0
failed=0

mkdir -p "$house/scripts" "$house/Sources/Vitals" "$house/Sources/VitalsMetrics/Cells" "$house/Tests/VitalsTests"
cp "$scripts/../.swift-format" "$house"
cp "$scripts/arrows.txt" "$house/scripts"
echo "import PackageDescription" >"$house/Package.swift"
echo "import Testing" >"$house/Tests/VitalsTests/VitalsTests.swift"
echo "Sources/VitalsMetrics/Edge.swift  # holds a C pointer" >"$house/scripts/edges.txt"
echo "struct Edge: @unchecked Sendable {}" >"$house/Sources/VitalsMetrics/Edge.swift"
echo "struct Cell: @unchecked Sendable {}" >"$house/Sources/VitalsMetrics/Cells/Cell.swift"
cat >"$house/Sources/Vitals/Vitals.swift" <<'SWIFT'
import Foundation
@_exported public import VitalsMetrics

/// Mentions fatalError, try! and `import CNghttp2`, and so do
let literals = ["try! this", #"as! "that""#, "\(1 + 1) fatalError", "\\"]

let text = """
    import Nothing
    "catch {}" /*
    """
SWIFT

ok() { passed=$((passed + 1)); }

fail() {
    failed=$((failed + 1))
    echo "test-lint: $1" >&2
    sed 's/^/    /' "$house/said" >&2
}

lint() { "$scripts/lint.sh" "$house" >"$house/said" 2>&1; }

# expect WHAT PATH: with the standard input at PATH, lint.sh must fail and say WHAT about PATH.
expect() {
    mkdir -p "$(dirname "$house/$2")"
    cat >"$house/$2"
    if lint; then
        fail "passes a bad $2, expected: $1"
    elif grep -F -- "$2" "$house/said" | grep -qF -- "$1"; then
        ok
    else
        fail "does not say '$1' about $2"
    fi
    rm "$house/$2"
}

if lint; then ok; else fail "fails on a house in order"; fi

echo 'let  x = 1' | expect '[Spacing]' Sources/Vitals/Bad.swift
echo 'public let undocumented = 1' | expect '[AllPublicDeclarationsHaveDocumentation]' Sources/Vitals/Bad.swift
echo '/* block */' | expect '[NoBlockComments]' Tests/VitalsTests/Bad.swift
printf 'import VitalsMetrics\nimport Foundation\n' | expect '[OrderedImports]' Sources/Vitals/Bad.swift
printf '// %0120d\n' 0 | expect '[LineLength]' Sources/Vitals/Bad.swift

echo 'import Foundation' | expect 'no Foundation in VitalsMetrics' Sources/VitalsMetrics/Bad.swift
echo 'public import FoundationEssentials' | expect 'no FoundationEssentials' Sources/VitalsTesting/Bad.swift
echo 'import struct Foundation.Date' | expect 'no Foundation in VitalsOTLP' Sources/VitalsOTLP/Bad.swift

for import in 'import Glibc' 'public import Vitals' 'package import VitalsTracing' \
    '@_exported public import VitalsOTLP' '@_spi(X) @preconcurrency import Dispatch' \
    'import func VitalsTracing.withSpan' '#sourceLocation(); import VitalsPrometheus'; do
    echo "$import" | expect 'VitalsMetrics may not import' Sources/VitalsMetrics/Bad.swift
done
echo 'import VitalsMetrics' | expect 'VitalsEndpoint may not import VitalsMetrics' Sources/VitalsEndpoint/Bad.swift
echo 'import VitalsPrometheus' | expect 'may not import' Sources/VitalsOTLP/Bad.swift
echo 'let x = 1' | expect 'does not know' Sources/Attic/Bad.swift 2>/dev/null || true
rm -rf "$house/Sources/Attic"

echo 'struct X: @unchecked Sendable {}' | expect '@unchecked Sendable' Sources/VitalsMetrics/Bad.swift
echo 'nonisolated(unsafe) var x = 1' | expect 'nonisolated(unsafe)' Tests/VitalsTests/Bad.swift
echo 'let x = fatalError()' | expect 'fatalError' Sources/Vitals/Bad.swift
echo 'let x = try! y()' | expect 'try!' Sources/vitals-demo/Bad.swift
echo 'let x = "\(y as! Int)"' | expect 'as!' Sources/VitalsMetrics/Cells/Bad.swift
echo 'func f() { preconditionFailure() }' | expect 'preconditionFailure' Sources/storefront/Bad.swift
printf 'func f() {\n    do { try g() } catch let e as E {\n        // why\n    }\n}\n' |
    expect 'Bad.swift:2: `empty catch`' Sources/vitals-bench/Bad.swift
yes '// line' | head -n 351 | expect '351 lines' Sources/CVitals/Bad.c

yes '// line' | head -n 301 >"$house/Sources/Vitals/Long.swift"
if lint && grep -q '301 lines' "$house/said"; then ok; else fail "has no note, or more, about 301 lines"; fi

echo "test-lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
