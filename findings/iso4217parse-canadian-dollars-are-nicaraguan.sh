#!/usr/bin/env bash
# iso4217parse 0.6.2
#
# "C$ 5", as Canadians write it, is Nicaragua's currency and no other. The word "try" is Turkey's, "all" Albania's,
# and "top" Tonga's. Of a text with two currencies one is returned, without regard to their order: of "5 EUR (4 USD)"
# the dollar, of "5 $ or 4 EUR" the euro. "US dollar" is each dollar of 34, the first Argentina's peso.
# Seen: C$ ['NIO'], 'try again' ['TRY'], 'all' ['ALL'], '5 EUR (4 USD)' ['USD']
#
# Most would guess: CAD among them; no currency for a word; EUR, the first; and USD alone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check iso4217parse==0.6.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import iso4217parse

TEXTS = ("C$ 5", "CA$ 5", "try again", "all of it", "top", "5 EUR (4 USD)", "5 $ or 4 EUR", "US dollar", "Swiss franc")
seen = {text: [currency.alpha3 for currency in iso4217parse.parse(text)] for text in TEXTS}
print({text: (found[:3], len(found)) for text, found in seen.items()})
assert [seen[text] for text in TEXTS[:7]] == [["NIO"], ["CAD"], ["TRY"], ["ALL"], ["TOP"], ["USD"], ["EUR"]], seen
assert seen["US dollar"][0] == "ARS" and "USD" in seen["US dollar"] and len(seen["US dollar"]) > 30, seen
assert seen["Swiss franc"] == ["CHF"], seen
print("held: Canadian dollars are Nicaraguan")
PYTHON
