#!/bin/sh
# Usage: scripts/venv.sh DIRECTORY LOCK
# Makes the virtual environment and installs a lock into it; every file is checked by its hash.
set -eu

directory=$1
lock=$2
python=$(scripts/python.sh)

if ! "$directory/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Making $directory with $("$python" --version)."
    "$python" -m venv --clear "$directory"
fi

install() {
    "$directory/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# The tool that builds comes first and from the lock too: a build that fetched its own would
# bring in what nobody has checked.
builder=$(mktemp)
trap 'rm -f "$builder"' EXIT
sed -n '/^setuptools==/,/^    # via/p' "$lock" >"$builder"
echo "Installing $lock."
install --require-hashes -r "$builder"
install --require-hashes --no-build-isolation -r "$lock"
# The fund itself runs from the checkout; nothing is fetched for it.
install --no-index --no-deps --no-build-isolation -e .
