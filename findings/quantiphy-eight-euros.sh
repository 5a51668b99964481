#!/usr/bin/env bash
# quantiphy 2.23
#
# The first letter of a unit is taken for a prefix of the SI, if it can be one and more letters follow. So 8 EUR are 8
# exa-UR, 12 pcs are 12 pico-cs, 50 keys are 50,000, 10 min are a hundredth of an inch ("in"), and 1 GiB is 10^9 "iB".
# 5 USD are 5. Most of them are shown as they were written, so a report looks right and only the number behind it is
# not.
# Seen: 8 EUR 8e+18 UR; 12 pcs 1.2e-11 cs; 50 keys 50000.0 eys; 10 min 0.01 in; 5 USD 5.0 USD
#
# Most would guess: 8 of "EUR"; a unit that is not one of the SI is a name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check quantiphy==2.23

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from quantiphy import Quantity

EXPECTED = {
    "8 EUR": (8e18, "UR"),
    "12 pcs": (12e-12, "cs"),
    "50 keys": (50000.0, "eys"),
    "10 min": (0.01, "in"),
    "1 GiB": (1e9, "iB"),
    "5 USD": (5.0, "USD"),
}
quantities = {text: Quantity(text) for text in EXPECTED}
seen = {text: (float(quantity), quantity.units) for text, quantity in quantities.items()}
print(seen)
assert seen == EXPECTED, seen
shown = [text for text, quantity in quantities.items() if quantity.render() == text]
assert shown == ["12 pcs", "50 keys", "10 min", "1 GiB", "5 USD"], shown
print("held: 8 EUR are 8,000,000,000,000,000,000 UR, and 10 min a hundredth of an inch")
PYTHON
