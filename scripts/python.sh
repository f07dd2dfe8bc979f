#!/bin/sh
# Prints the Python to use: $PYTHON if set, else the first one that is new enough.
set -eu

for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done
if [ -n "${PYTHON:-}" ]; then
    echo "$PYTHON is not Python 3.11 or newer." >&2
    exit 1
fi
found=$(python3 --version 2>/dev/null || echo "no python3 at all")
echo "The fund needs Python 3.11 or newer; this machine has: $found." >&2
echo "Install a newer one, or name it: make run PYTHON=/path/to/python3.12" >&2
exit 1
