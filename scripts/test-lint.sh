#!/bin/sh
# Feeds lint.sh a house in order, and then one bad file after the other.
set -eu

scripts=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
passed=0
failed=0

mkdir -p "$house/docs" "$house/scripts" "$house/Sources/Vitals" "$house/Sources/VitalsMetrics/Cells" "$house/Tests/VitalsTests"
cp "$scripts/../.swift-format" "$house"
cp "$scripts/arrows.txt" "$house/scripts"
echo "import PackageDescription" >"$house/Package.swift"
echo "import Testing" >"$house/Tests/VitalsTests/VitalsTests.swift"
echo "Sources/VitalsMetrics/Edge.swift  # holds a C pointer" >"$house/scripts/edges.txt"
echo "struct Edge: @unchecked Sendable {}" >"$house/Sources/VitalsMetrics/Edge.swift"
echo "struct Cell: @unchecked Sendable {}" >"$house/Sources/VitalsMetrics/Cells/Cell.swift"
cat >"$house/Tests/VitalsTests/KettleTests.swift" <<'SWIFT'
import Testing

@Suite struct KettleTests {
    // @Test func doesNotCount() {}
    @Test func boils() {}
    func pours() {}
}

@Suite("A lid")
struct LidTests {
    @Test(
        "fits: \"tight\", and so on",
        arguments: [1])
    func fits(_ size: Int) {}
}
SWIFT
cat >"$house/Tests/test_tea.py" <<'PYTHON'
class Tea(unittest.TestCase):
    def test_steeps(self):
        pass
PYTHON
cat >"$house/docs/compliance.md" <<'MARKDOWN'
| | feature | tests, or why not |
|---|---|---|
| [x] | boiling | [`KettleTests/boils`](../Tests/VitalsTests/KettleTests.swift) |
| [x] | both | [`A lid/fits: \"tight\", and so on`](../Tests/VitalsTests/KettleTests.swift) [`Tea/test_steeps`](../Tests/test_tea.py) |
| [ ] | singing | not yet |
MARKDOWN
cat >"$house/docs/guide.md" <<'MARKDOWN'
# A guide
## To `tea`, and more
[here](#to-tea-and-more) [there](compliance.md) [home](../docs/guide.md#a-guide) [away](https://example.org/#nowhere)
`vitals.cups` `vitals_cups_total` `otel.sdk.pot.full` `[no](link)`
```log
warning: the pot of green tea is empty: fill it and wait for a while
```
MARKDOWN
cat >"$house/Sources/Vitals/Tea.swift" <<'SWIFT'
// "vitals.saucers" is no name.
let names = ["vitals.cups", "otel.sdk.\(kind("pot")).full"]
let message =
    "the pot of \(kind ?? "tea") is empty: "
    + "fill it and wait for \(time)"
SWIFT
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

# bad PATH LINES WHAT: with these lines at PATH, lint.sh must fail and say WHAT about it.
bad() {
    mkdir -p "$(dirname "$house/$1")"
    printf '%s\n' "$2" >"$house/$1"
    if lint; then
        fail "passes $1: $2"
    elif grep -F -- "$1" "$house/said" | grep -qF -- "$3"; then
        ok
    else
        fail "does not say '$3' about $1: $2"
    fi
    rm "$house/$1"
}

if lint; then ok; else fail "fails on a house in order"; fi

bad Sources/Vitals/Bad.swift 'let  x = 1' '[Spacing]'
bad Sources/Vitals/Bad.swift 'public let undocumented = 1' '[AllPublicDeclarationsHaveDocumentation]'
bad Sources/Vitals/Bad.swift "let x = $(printf '%0120d' 0)" '[LineLength]'
bad Tests/VitalsTests/Bad.swift '/* block */' '[NoBlockComments]'
bad Sources/Vitals/Bad.swift 'import VitalsMetrics
import Foundation' '[OrderedImports]'

bad Sources/VitalsMetrics/Bad.swift 'import Foundation' 'no Foundation in VitalsMetrics'
bad Sources/VitalsTesting/Bad.swift 'public import FoundationEssentials' 'no FoundationEssentials'
bad Sources/VitalsOTLP/Bad.swift 'import struct Foundation.Date' 'no Foundation in VitalsOTLP'

for import in 'import Glibc' 'public import Vitals' 'package import VitalsTracing' \
    '@_exported public import VitalsOTLP' '@_spi(X) @preconcurrency import Dispatch' \
    'import func VitalsTracing.withSpan' '#if X; import VitalsPrometheus'; do
    bad Sources/VitalsMetrics/Bad.swift "$import" 'VitalsMetrics may not import'
done
bad Sources/VitalsEndpoint/Bad.swift 'import VitalsPrometheus' 'VitalsEndpoint may not import VitalsPrometheus'
bad Sources/VitalsOTLP/Bad.swift 'import VitalsPrometheus' 'VitalsOTLP may not import VitalsPrometheus'

bad Sources/VitalsMetrics/Bad.swift 'struct X: @unchecked Sendable {}' 'only in Sources/VitalsMetrics/Cells/'
bad Tests/VitalsTests/Bad.swift 'nonisolated(unsafe) var x = 1' 'nonisolated(unsafe)'
bad Sources/Vitals/Bad.swift 'let x = fatalError()' 'fatalError'
bad Sources/storefront/Bad.swift 'let x = try! y()' 'try!'
bad Sources/VitalsMetrics/Cells/Bad.swift 'let x = "\(y as! Int)"' 'as!'
bad Sources/storefront/Bad.swift 'func f() { preconditionFailure() }' 'preconditionFailure'
bad Sources/vitals-bench/Bad.swift 'func f() {
    do { try g() } catch let e as E {
        // why
    }
}' 'Bad.swift:2: `empty catch`'
bad Sources/CVitals/Bad.c "$(yes '// line' | head -n 351)" '351 lines'

# unproven ROW WHAT: with this row in docs/compliance.md, lint.sh must fail and say WHAT about it.
unproven() {
    echo "$1" >>"$house/docs/compliance.md"
    if lint; then
        fail "passes the row: $1"
    elif grep -F 'docs/compliance.md:6' "$house/said" | grep -qF -- "$2"; then
        ok
    else
        fail "does not say '$2' about the row: $1"
    fi
    sed -i '$d' "$house/docs/compliance.md"
}

unproven '| [x] | a | [`KettleTests/pours`](../Tests/VitalsTests/KettleTests.swift) |' 'has no test `KettleTests/pours`'
unproven '| [x] | a | [`LidTests/boils`](../Tests/VitalsTests/KettleTests.swift) |' 'has no test `LidTests/boils`'
unproven '| [x] | a | [`KettleTests/doesNotCount`](../Tests/VitalsTests/KettleTests.swift) |' 'has no test'
unproven '| [x] | a | [`Tea/test_cools`](../Tests/test_tea.py) |' 'has no test `Tea/test_cools`'
unproven '| [x] | a | [`Tea/test_steeps`](../Tests/test_coffee.py) |' 'there is no ../Tests/test_coffee.py'
unproven '| [x] | a | [`Tea/test_steeps`](../../etc/passwd) |' 'there is no ../../etc/passwd'
unproven '| [x] | a | it works |' 'names no test'
unproven '| [ ] | a | |' 'does not say why'
unproven '| [X] | a | b |' 'begins with [x] or [ ]'

# untrue LINES WHAT: with these lines in docs/guide.md, lint.sh must fail and say WHAT about the first of them.
untrue() {
    cp "$house/docs/guide.md" "$house/kept"
    printf '%s\n' "$1" >>"$house/docs/guide.md"
    if lint; then
        fail "passes the page: $1"
    elif grep -F 'docs/guide.md:' "$house/said" | grep -qF -- "$2"; then
        ok
    else
        fail "does not say '$2' about the page: $1"
    fi
    mv "$house/kept" "$house/docs/guide.md"
}

untrue '[there](gone.md)' 'there is no gone.md'
untrue '[`there`](#gone)' 'guide.md has no heading #gone'
untrue '[there](compliance.md#gone)' 'compliance.md has no heading #gone'
untrue '[there](../Sources/Vitals/Tea.swift#gone)' 'has no heading #gone'
untrue '[there](../../etc)' 'there is no ../../etc'
untrue 'look at `vitals.saucers`' 'no metric `vitals.saucers`'
untrue 'look at `vitals_cups_seconds_gone`' 'no metric `vitals_cups_seconds_gone`'
untrue '```log
error: the pot of green tea is full
```' 'no message'

mv "$house/docs/compliance.md" "$house/kept"
if lint || ! grep -q 'docs/compliance.md is missing' "$house/said"; then fail "passes without compliance.md"; else ok; fi
mv "$house/kept" "$house/docs/compliance.md"

mkdir "$house/Sources/Attic"
if lint || ! grep -q 'Sources/Attic: a room' "$house/said"; then fail "passes an unknown room"; else ok; fi
rmdir "$house/Sources/Attic"

echo "Sources/Gone.swift" >>"$house/scripts/edges.txt"
if lint || ! grep -q 'there is no Sources/Gone.swift' "$house/said"; then fail "passes a stale edge"; else ok; fi
sed -i '$d' "$house/scripts/edges.txt"

yes '// line' | head -n 301 >"$house/Sources/Vitals/Long.swift"
if lint && grep -q '301 lines' "$house/said"; then ok; else fail "has no note, or more, about 301 lines"; fi

echo "test-lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
