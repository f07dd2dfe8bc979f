#!/bin/sh
# Chooses versions for pyproject.toml's wishes and writes them, with hashes, for every platform.
# `scripts/lock.sh --upgrade` takes the newest ones; without it what still fits stays.
set -eu

workshop=$(mktemp -d)
trap 'rm -rf "$workshop"' EXIT
"$(scripts/python.sh)" -m venv "$workshop"
"$workshop/bin/pip" install --quiet --disable-pip-version-check uv

compile() {
    "$workshop/bin/uv" pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --no-emit-index-url --custom-compile-command "make lock" pyproject.toml "$@"
}

compile --extra build --output-file requirements.lock "$@"
compile --extra build --extra dev --constraint requirements.lock \
    --output-file requirements-dev.lock "$@"
