#!/usr/bin/env bash
# tableschema 1.21.0
#
#
# A field of a table schema may say `bareNumber: false`: its numbers come with a sign of a currency or of percent around
# them, as "5 EUR" and "95%", which are left out. The minus goes with them: "-5", "-5%", "EUR -5" and "-1.5" are 5, 5, 5
# and 1.5, without an error, for numbers and integers. A datetime whose text must end in Z, as 10:00 in UTC, is one
# without a zone, and so 10:00 of anywhere.
# Seen: -5 -> 5, -5% -> 5, EUR -5 -> 5, -1.5 -> 1.5; without the option -5 is -5
#
# Most would guess: the minus belongs to the number, and what follows from Z is kept.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tableschema==1.21.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from tableschema import Field

LOSSES = ["-5", "-5%", "EUR -5", "(5)", "-1.5"]


def read(text, **field):
    return Field({"name": "amount", **field}).cast_value(text)


seen = {text: float(read(text, type="number", bareNumber=False)) for text in LOSSES}
whole = [read(text, type="integer", bareNumber=False) for text in LOSSES[:4]]
time = read("2024-01-02T10:00:00Z", type="datetime")
print(seen, whole, float(read("-5", type="number")), time.isoformat())
assert seen == {"-5": 5.0, "-5%": 5.0, "EUR -5": 5.0, "(5)": 5.0, "-1.5": 1.5}, seen
assert whole == [5, 5, 5, 5], whole
assert read("-5", type="number") == -5 and read("-5", type="integer") == -5
assert time.tzinfo is None
print("held: a loss of 5 EUR is a gain of 5")
PYTHON
