#!/bin/sh
# Usage: scripts/translations.sh [TEMPLATE]
# Collects every text a person may see into the template and brings the catalogues up to date.
# With the name of a file it writes the template there and touches no catalogue.
set -eu

catalogues=fund_app/translations
pybabel=$(dirname "$(command -v "${PYTHON:-.venv/bin/python}")")/pybabel
template=${1:-$(mktemp)}

"$pybabel" --quiet extract --mapping pyproject.toml --no-location --sort-output --omit-header \
    --keywords "_l lazy_gettext lazy_ngettext:1,2 lazy_pgettext:1c,2" --output "$template" .
[ $# -eq 0 ] || exit 0

trap 'rm -f "$template"' EXIT
mkdir -p "$catalogues"
for language in ru de; do
    known=init
    [ ! -f "$catalogues/$language/LC_MESSAGES/messages.po" ] ||
        known="update --no-fuzzy-matching --ignore-obsolete --no-wrap
            --ignore-pot-creation-date"
    # shellcheck disable=SC2086 (the words of one command)
    "$pybabel" --quiet $known --locale "$language" --input-file "$template" \
        --output-dir "$catalogues"
done
