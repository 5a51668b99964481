#!/usr/bin/env bash
# python-stdnum 2.2
#
# The text under a GS1 barcode has its identifiers in brackets, so that a person sees where a field ends. They are
# removed before the text is read: a lot, whose length is not fixed, takes all that follows, up to twenty characters. So
# the quantity, or the day until when it is good, is a part of the lot, and both are missing; the label is valid. A lot
# that has brackets loses them, and a day of 1949 is written as one of 2049.
# Seen: (10)A12(37)5 -> {'10': 'A12375'}, (10)A12(17)241231 -> {'10': 'A1217241231'}
#
# Most would guess: the lot A12 and the quantity 5, as in the text that the library itself writes with brackets, where
# it fills the lot up with spaces.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-stdnum==2.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from stdnum import gs1_128

LABELS = ("(37)5", "(10)A12(37)5", "(10)A12(17)241231", "(17)241231(10)A12")

seen = {label: gs1_128.info(label) for label in LABELS}
own = gs1_128.info(gs1_128.encode({"10": "A12", "37": 5}, parentheses=True))
brackets = gs1_128.info(gs1_128.encode({"10": "A(1)"}))
old = gs1_128.info(gs1_128.encode({"11": datetime.date(1949, 5, 6)}))
print(seen, own, brackets, old)
assert all(gs1_128.is_valid(label) for label in LABELS)
day = datetime.date(2024, 12, 31)
assert seen == {
    "(37)5": {"37": 5},
    "(10)A12(37)5": {"10": "A12375"},
    "(10)A12(17)241231": {"10": "A1217241231"},
    "(17)241231(10)A12": {"17": day, "10": "A12"},
}, seen
assert own == {"10": "A12", "37": 5}, own
assert brackets == {"10": "A1"}, brackets
assert old == {"11": datetime.date(2049, 5, 6)}, old
print("held: the quantity is a part of the lot")
PYTHON
