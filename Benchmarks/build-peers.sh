#!/bin/sh
# Builds the peers of the benchmark into .build/peers, offline, from the Debian
# packages in packages.txt.
set -eu

benchmarks=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
build=$(dirname -- "$benchmarks")/.build
mkdir -p "$build/peers" "$build/peers-work"

fail() {
    echo "build-peers: $1" >&2
    echo "build-peers: install them with: apt-get install \$(cat Benchmarks/packages.txt)" >&2
    exit 1
}

command -v go >/dev/null || fail "no Go compiler"
[ -d /usr/share/gocode ] || fail "no Go libraries in /usr/share/gocode"
[ -d /usr/share/cargo/registry ] || fail "no Rust libraries in /usr/share/cargo/registry"

# Debian's Go libraries are a GOPATH, without modules. The sources must lie
# outside it for the peers' relative import of their harness.
for peer in client_golang victoriametrics; do
    echo "building $peer"
    (
        cd "$benchmarks/peers/$peer"
        GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$build/peers-work/go" GOFLAGS= \
            go build -o "$build/peers/$peer" .
    )
done

# Built in a copy, so that cargo leaves no lock file behind in the sources: a
# lock would name versions which another Debian release does not ship.
echo "building rust_prometheus"
command -v cargo >/dev/null || fail "no cargo (any recent one, or Debian's package cargo)"
copy="$build/peers-work/rust_prometheus"
rm -rf "$copy"
mkdir -p "$copy/.cargo"
cp -R "$benchmarks/peers/rust_prometheus/." "$copy"
cat >"$copy/.cargo/config.toml" <<'CONFIG'
[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "/usr/share/cargo/registry"
CONFIG
(
    cd "$copy"
    CARGO_TARGET_DIR="$build/peers-work/cargo" cargo build --quiet --release --offline
)
cp "$build/peers-work/cargo/release/rust_prometheus" "$build/peers/rust_prometheus"
