#!/usr/bin/env bash
# pycountry 26.2.16
#
# The search for a country returns the best match first, and people take the first: for "Niger" it is Nigeria, though
# Niger is the name of a country, letter by letter. "Oman", "Mali" and "Guinea" come first for their own names. For
# "Man" the first is Oman, and for "Wales" the second is Australia.
#
# Most would guess: a name that matches as a whole comes first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pycountry==26.2.16

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pycountry

NAMES = ("Niger", "Oman", "Mali", "Guinea", "Man")
seen = {name: pycountry.countries.search_fuzzy(name)[0].name for name in NAMES}
wales = [country.name for country in pycountry.countries.search_fuzzy("Wales")]
print(seen, wales)
assert seen == {"Niger": "Nigeria", "Oman": "Oman", "Mali": "Mali", "Guinea": "Guinea", "Man": "Oman"}, seen
assert pycountry.countries.get(name="Niger").alpha_2 == "NE"
assert wales[:2] == ["United Kingdom", "Australia"], wales
print("held: the best match for Niger is Nigeria")
PYTHON
