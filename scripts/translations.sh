#!/bin/sh
# Collects every text a person may see into the template and brings the catalogues up to date.
set -eu

catalogues=fund_app/translations
pybabel=.venv/bin/pybabel
template=$catalogues/messages.pot

mkdir -p "$catalogues"
"$pybabel" --quiet extract --mapping pyproject.toml --keywords "_l lazy_gettext" \
    --no-location --sort-output --omit-header --project solidarity-fund --output "$template" .
for language in ru de; do
    if [ -f "$catalogues/$language/LC_MESSAGES/messages.po" ]; then
        "$pybabel" --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header \
            --locale "$language" --input-file "$template" --output-dir "$catalogues"
    else
        "$pybabel" --quiet init --locale "$language" --input-file "$template" \
            --output-dir "$catalogues"
    fi
done
rm "$template"
