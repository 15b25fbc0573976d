#!/bin/sh
# Builds the peers of the benchmark into .build/peers, offline, from the Debian
# packages in packages.txt; that in Python from PyPI, if it can be reached.
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
for peer in client_golang victoriametrics otel_go; do
    echo "building $peer"
    (
        cd "$benchmarks/peers/$peer"
        GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$build/peers-work/go" GOFLAGS= \
            go build -o "$build/peers/$peer" .
    )
done

# Built in a copy, so that cargo leaves no lock file behind in the sources: a
# lock would name versions which another Debian release does not ship.
command -v cargo >/dev/null || fail "no cargo (any recent one, or Debian's package cargo)"
for peer in rust_prometheus rust_prost; do
    echo "building $peer"
    copy="$build/peers-work/$peer"
    rm -rf "$copy"
    mkdir -p "$copy/.cargo"
    cp -R "$benchmarks/peers/$peer/." "$copy"
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
    cp "$build/peers-work/cargo/release/$peer" "$build/peers/$peer"
done

# The only peer that is downloaded: Debian has no OpenTelemetry SDK for Python.
echo "building otel_python"
python="$build/peers-work/otel_python"
rm -f "$build/peers/otel_python"
python3 -m venv "$python"
if timeout 300 "$python/bin/pip" install --quiet --disable-pip-version-check \
    -r "$benchmarks/peers/otel_python/requirements.txt"; then
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$python/bin/python" "$benchmarks/peers/otel_python/worker.py" \
        >"$build/peers/otel_python"
    chmod +x "$build/peers/otel_python"
else
    echo "build-peers: left out otel_python, whose packages could not be downloaded" >&2
fi
