#!/bin/sh
# Unpacks the Debian packages named, of a newer Debian than this one, without installing them: for tests against
# versions that Debian 12 does not have. Prints the folder below which their files lie, or says why
# they cannot be had, and fails.
# NEWER_SUITE is where they come from, sid unless told otherwise.
set -eu

cd "$(dirname "$0")/.."
suite=${NEWER_SUITE:-sid}
home=$PWD/.build/newer/$suite
keys=/usr/share/keyrings/debian-archive-keyring.gpg

[ $# -gt 0 ] || { echo "usage: scripts/newer.sh PACKAGE..." >&2; exit 1; }
mkdir -p "$home/lists/partial" "$home/archives/partial" "$home/root"

missing=
for package in "$@"; do
    [ -e "$home/$package.unpacked" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    # Where this machine gets its own packages from.
    site=$(apt-get indextargets --format '$(ORIGIN) $(SITE)' 'Created-By: Packages' | sed -n 's/^Debian //p' | grep -v security | head -n 1)
    [ -n "$site" ] || { echo "newer: apt knows no place that has Debian's packages" >&2; exit 1; }
    echo "deb [signed-by=$keys] $site $suite main" >"$home/sources.list"
    newer() {
        timeout 300 apt-get -qq -o "Dir::Etc::sourcelist=$home/sources.list" -o Dir::Etc::sourceparts=- \
            -o "Dir::State::lists=$home/lists" -o "Dir::Cache::archives=$home/archives" -o APT::Sandbox::User=root \
            -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" "$@" >&2
    }
    newer update
    for package in $missing; do
        # One at a time: what one package lacks does not keep the others away.
        (cd "$home/archives" && rm -f "${package}"_*.deb && newer download "$package")
        dpkg-deb -x "$home/archives/${package}"_*.deb "$home/root"
        rm -f "$home/archives/${package}"_*.deb
        : >"$home/$package.unpacked"
    done
fi
echo "$home/root"
