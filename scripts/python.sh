#!/bin/sh
# Makes the Python that the interop tests run with, with what Tests/Interop/requirements.txt asks for, and prints its path.
set -eu

cd "$(dirname "$0")/.."
home=.build/python
requirements=Tests/Interop/requirements.txt

# The stamp is a copy of what was installed, so a changed list is noticed whatever the times of the files are.
if ! cmp -s "$requirements" "$home/installed.txt"; then
    # Debian's own, for which python3-venv is; another one that comes first on the PATH will do if there is none.
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    rm -rf "$home"
    "$python" -m venv "$home" >&2
    timeout 300 "$home/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
    cp "$requirements" "$home/installed.txt"
fi
echo "$PWD/$home/bin/python"
