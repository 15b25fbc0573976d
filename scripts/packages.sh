#!/bin/sh
# Installs the Debian packages of the groups given (build, test, bench) that are not there yet.
# The list is packages.txt.
set -eu

cd "$(dirname "$0")/.."

[ $# -gt 0 ] || { echo "usage: scripts/packages.sh GROUP..." >&2; exit 1; }

known=
wanted=
while read -r group package instead; do
    case $group in '' | '#'*) continue ;; esac
    known="$known $group "
    case " $* " in *" $group "*) ;; *) continue ;; esac
    if [ -n "$instead" ] && command -v "$instead" >/dev/null; then continue; fi
    case $package in
        */*) wanted="$wanted $(grep -v '^ *#' "$package" | tr '\n' ' ')" ;;
        *) wanted="$wanted $package" ;;
    esac
done <scripts/packages.txt

for group in "$@"; do
    case $known in
        *" $group "*) ;;
        *) echo "packages: no group '$group' in scripts/packages.txt" >&2; exit 1 ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "packages: not a Debian system; what these Debian packages provide is needed:$wanted" >&2
    exit 0
fi

# shellcheck disable=SC2086
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
missing=
for package in $wanted; do
    printf '%s\n' "$installed" | grep -qxF -- "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

give_up() {
    echo "packages: cannot install these Debian packages: $1" >&2
    echo "packages: missing:$missing" >&2
    echo "packages: run as root: apt-get update && apt-get install -y$missing" >&2
    exit 1
}

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "not root, and there is no sudo"
    sudo -n true 2>/dev/null || give_up "sudo asks for a password"
    as_root="sudo -n"
fi
command -v apt-get >/dev/null || give_up "there is no apt-get"

echo "packages: installing$missing"
apt() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
}
apt update >&2 || echo "packages: apt-get update failed, going on with what is known" >&2
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing >&2 || give_up "apt-get install failed"
