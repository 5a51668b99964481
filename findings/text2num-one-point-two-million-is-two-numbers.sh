#!/usr/bin/env bash
# text2num 3.1.0
#
# Numbers in a sentence become digits, as in what a speech recognizer has heard. A number with a point before million
# is two numbers, 1.2 and 1000000, half a million is a million with a word before it, and a year that is said in two
# parts is two numbers. What reads the digits afterwards finds a million in each; five hundred thousand and one million
# two, which nobody says, are right. A third is the 3rd.
# Seen: 'one point two million' -> '1.2 1000000'; 'half a million' -> 'half a 1000000'; 'one third' -> 'one 3rd'
#
# Most would guess: 1200000, 500000 and 1984, as these are how such numbers are said.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check text2num==3.1.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from text_to_num import alpha2digit

texts = ("one point two million", "half a million", "nineteen eighty four", "one third", "five hundred thousand")
seen = {text: alpha2digit(text, "en") for text in texts}
print(seen)
assert seen == {
    "one point two million": "1.2 1000000",
    "half a million": "half a 1000000",
    "nineteen eighty four": "19 84",
    "one third": "one 3rd",
    "five hundred thousand": "500000",
}, seen
print("held: one point two million is two numbers")
PYTHON
