#!/usr/bin/env bash
# python-barcode 0.16.1
#
# A number whose last digit is wrong makes a valid barcode, of another number: the check digit is left away and computed
# anew. So a mistake that the digit is there to show, two digits that were swapped, is made good for all scanners.
# Seen: 5901234123457 with two digits swapped, 5901243123457: the code of 5901243123455
#
# Most would guess: an error, as the digit is there to find mistakes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-barcode==0.16.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import barcode

NUMBERS = {"ean13": "5901243123457", "ean8": "12345678", "upca": "123456789019"}

seen = {kind: barcode.get(kind, number).get_fullcode() for kind, number in NUMBERS.items()}
print(seen)
assert barcode.get("ean13", "5901234123457").get_fullcode() == "5901234123457"
assert all(made != NUMBERS[kind] and made[:-1] == NUMBERS[kind][:-1] for kind, made in seen.items()), seen
print("held: a number with a wrong check digit is made the code of another")
PYTHON
