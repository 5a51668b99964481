#!/usr/bin/env bash
# chevron 0.14.0, pystache 0.6.8
#
# A Mustache template for each of the row counts 3, 0 and 5 writes `3 5` with chevron: the zero is left out, as are an
# empty text and an empty list. Of a list of zeros alone neither the section for something nor that for nothing is
# written. pystache writes each item.
#
# Most would guess: `3 0 5` from both, since a list that is not empty is written once for each of its items.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check chevron==0.14.0 pystache==0.6.8

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import chevron
import pystache

TEMPLATE = "{{#rows}}{{{.}}} {{/rows}}{{^rows}}no rows{{/rows}}"
LISTS = ([3, 0, 5], [0], ["a", "", "b"], [])
seen = {
    library.__name__: [library.render(TEMPLATE, {"rows": rows}) for rows in LISTS] for library in (chevron, pystache)
}
print(seen)
assert seen == {
    "chevron": ["3 5 ", "", "a b ", "no rows"],
    "pystache": ["3 0 5 ", "0 ", "a  b ", "no rows"],
}, seen
print("held: chevron leaves a zero out of a list, and a list of zeros is neither something nor nothing")
PYTHON
