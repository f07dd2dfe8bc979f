#!/bin/sh
# Usage: scripts/system.sh run|test
# Sees to the programs and libraries that do not come from Python's registry. Where it may, it
# installs them; where it may not, it prints the one command that does.
set -eu

purpose=$1

for_debian() {
    echo python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
    if [ "$purpose" = test ]; then
        echo poppler-utils hledger mat2 bubblewrap openssl libatomic1
        has_browser || echo chromium
    fi
}

for_homebrew() {
    echo pango harfbuzz
    if [ "$purpose" = test ]; then
        echo poppler hledger
    fi
}

has_browser() {
    [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser ||
        command -v google-chrome ||
        [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
        [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
} >/dev/null

needs_installing() {
    # A Python from elsewhere brings its own venv; Debian's needs a package for it.
    case $1 in
    python3-venv) ! "$(scripts/python.sh 2>/dev/null)" -c 'import ensurepip' 2>/dev/null ;;
    poppler-utils) ! command -v pdftotext >/dev/null ;;
    hledger) ! command -v hledger >/dev/null ;;
    mat2) ! command -v mat2 >/dev/null ;;
    bubblewrap) ! command -v bwrap >/dev/null ;;
    *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" != installed ] ;;
    esac
}

apt() {
    export DEBIAN_FRONTEND=noninteractive
    $1 apt-get install -y -q --no-install-recommends $2 ||
        { $1 apt-get update -q && $1 apt-get install -y -q --no-install-recommends $2; }
}

on_debian() {
    if ! command -v python3 >/dev/null; then missing=python3; else missing=; fi
    for package in $(for_debian); do
        if needs_installing "$package"; then missing="$missing $package"; fi
    done
    [ -n "$missing" ] || return 0
    echo "Installing from Debian:$missing"
    if [ "$(id -u)" = 0 ]; then
        apt "" "$missing"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        apt "sudo" "$missing"
    else
        echo "May not install. Please run this once, then make again:" >&2
        echo "    sudo apt-get install --no-install-recommends $missing" >&2
        exit 1
    fi
}

on_macos() {
    missing=
    for formula in $(for_homebrew); do
        brew list --versions "$formula" >/dev/null 2>&1 || missing="$missing $formula"
    done
    [ -z "$missing" ] || brew install --quiet $missing
    if [ "$purpose" = test ] && ! has_browser; then
        brew install --quiet --cask chromium
    fi
}

if command -v apt-get >/dev/null; then
    on_debian
elif command -v brew >/dev/null; then
    on_macos
elif [ "$(uname -s)" = Darwin ]; then
    echo "Pango is needed to typeset documents. Install Homebrew (https://brew.sh), then:" >&2
    echo "    brew install $(for_homebrew | tr '\n' ' ')" >&2
    exit 1
else
    echo "No apt-get and no brew here: please see to Pango, harfbuzz-subset and DejaVu fonts." >&2
fi
