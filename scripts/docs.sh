#!/usr/bin/env bash
# Builds the documentation of every library product, from its catalogue Sources/NAME/NAME.docc and the doc comments, into
# .build/docs: a site of static files. A link that leads nowhere is an error. The toolchain's own tools do it: SwiftPM
# would need a plugin, which is a package, and its dump-symbol-graph wants all modules, those of tests too.
set -euo pipefail

cd "$(dirname "$0")/.."

# Those that others link to come first.
products="VitalsMetrics VitalsTracing VitalsInstrumentation VitalsSQLite VitalsDashboards VitalsTesting Vitals"
# Modules without a product of their own, which Vitals hands on.
inside=VitalsEndpoint,VitalsOTLP,VitalsPrometheus
strict=(-Xswiftc -warnings-as-errors)
output=.build/docs

for product in $(sed -n 's/.*\.library(name: "\([^"]*\)".*/\1/p' Package.swift); do
    case " $products " in
        *" $product "*) ;;
        *) echo "docs: the product $product is not in scripts/docs.sh" >&2; exit 1 ;;
    esac
done

command -v docc >/dev/null || { echo "docs: there is no docc on the PATH; it is beside swift in the toolchain" >&2; exit 1; }

timeout 900 swift build "${strict[@]}"
modules=$(swift build "${strict[@]}" --show-bin-path)

headers=()
for map in "$modules"/C*.build/module.modulemap Sources/C*/module.modulemap; do
    headers+=(-Xcc "-fmodule-map-file=$map")
done
for folder in Sources/C*/include; do headers+=(-Xcc "-I$folder"); done

rm -rf "$output"
mkdir -p "$output"
archives=()
for product in $products; do
    symbols=$output/symbols/$product
    mkdir -p "$symbols"
    timeout 120 swift symbolgraph-extract -module-name "$product" -I "$modules/Modules" "${headers[@]}" \
        -target "$(uname -m)-unknown-linux-gnu" -module-cache-path "$output/cache" \
        -experimental-allowed-reexported-modules="$inside" -minimum-access-level public -skip-synthesized-members \
        -output-dir "$symbols"
    known=()
    for archive in "${archives[@]}"; do known+=(--dependency "$archive"); done
    # Parameters are described only where their names do not.
    timeout 120 docc convert "Sources/$product/$product.docc" --additional-symbol-graph-dir "$symbols" \
        --output-dir "$output/$product.doccarchive" --fallback-display-name "$product" \
        --fallback-bundle-identifier "vitals.$product" --fallback-default-module-kind Library --warnings-as-errors \
        --disable-parameters-and-returns-validation --enable-experimental-external-link-support "${known[@]}"
    archives+=("$output/$product.doccarchive")
done

timeout 120 docc merge "${archives[@]}" --synthesized-landing-page-name Vitals --output-path "$output/site"
rm -rf "$output/symbols" "$output/cache"
echo "docs: $output/site, a folder for any web server"
