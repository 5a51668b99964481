#!/usr/bin/env bash
# QuantLib 1.44
#
# `FloorTruncation` rounds 2.5 to 3 and -2.5 to -2, `CeilingTruncation` 2.5 to 2 and -2.5 to -3: each is the other way
# round. Rounded up to cents, 1.10 is 1.11 and 0.07 is 0.08, though both are whole cents. A period "1.5Y" is one year,
# and "0.5Y" none, without an error. In a calendar 7 days from a Friday are 11 days, and a week is 7.
# Seen: floor 3, ceiling 2; 1.1 up -> 1.11; "1.5Y" -> 1Y, "0.5Y" -> 0Y; 5 January + 7 days = 16, + 1 week = 12 January
#
# Most would guess: floor 2, ceiling 3, 1.10, eighteen months or an error, and one day for both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check QuantLib==1.44

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import QuantLib as ql

target, friday = ql.TARGET(), ql.Date(5, 1, 2024)
seen = {
    "floor": [ql.FloorTruncation(0)(number) for number in (2.5, -2.5)],
    "ceiling": [ql.CeilingTruncation(0)(number) for number in (2.5, -2.5)],
    "up": [ql.UpRounding(2)(number) for number in (1.10, 0.07, 2.00)],
    "periods": [str(ql.Period(text)) for text in ("1.5Y", "0.5Y", "1Y6M")],
    "days": [target.advance(friday, *step).dayOfMonth() for step in ((7, ql.Days), (1, ql.Weeks))],
}
print(seen)
assert seen == {
    "floor": [3, -2],
    "ceiling": [2, -3],
    "up": [1.11, 0.08, 2],
    "periods": ["1Y", "0Y", "18M"],
    "days": [16, 12],
}, seen
print("held: the floor of 2.5 is 3")
PYTHON
