#!/usr/bin/env bash
# price-parser 0.5.1
#
# A price with three decimals, as electricity and fuel have it, is a thousand times as high: 0.305 EUR are 305, and
# 0,125 EUR are 125, though no number with thousands begins with a zero. With four decimals, 0.3050, the price is right.
# A refund of -12.50 is a price of 12.50.
#
# Most would guess: 0.305 has a decimal point, where 1.305 may have either, and a sign is kept.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check price-parser==0.5.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from price_parser import Price

TEXTS = ("0.305 EUR", "0,125 EUR", "EUR 0.305/kWh", "0.3050 EUR", "0.30 EUR", "-12.50 EUR")
seen = {text: str(Price.fromstring(text).amount) for text in TEXTS}
print(seen)
assert seen == {
    "0.305 EUR": "305",
    "0,125 EUR": "125",
    "EUR 0.305/kWh": "305",
    "0.3050 EUR": "0.3050",
    "0.30 EUR": "0.30",
    "-12.50 EUR": "12.50",
}, seen
print("held: 0.305 EUR are 305 EUR")
PYTHON
