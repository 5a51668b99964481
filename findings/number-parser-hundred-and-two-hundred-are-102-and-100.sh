#!/usr/bin/env bash
# number-parser 0.3.2
#
# Numbers in words become digits. "one hundred two hundred" is "102 100", also with "and" between, where one million is
# 1000000. A digit is not joined to its word: 1.5 million is "1.5 1000000" and 2 hundred "2 100". A second, the time, is
# 2: "a second later" is "a 2 later", where "five seconds" is "5 seconds", and the first of May is "1 of May". A half
# stays a word, in "one half", too, and the year nineteen eighty four is "19 84".
# Seen: "between 102 100" of "between one hundred and two hundred"
#
# Most would guess: 100 and 200, 1500000, and a second.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check number-parser==0.3.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from number_parser import parse

EXPECTED = {
    "one million rows": "1000000 rows",
    "one hundred two hundred": "102 100",
    "between one hundred and two hundred": "between 102 100",
    "1.5 million rows": "1.5 1000000 rows",
    "2 hundred": "2 100",
    "a second later": "a 2 later",
    "five seconds": "5 seconds",
    "first of May": "1 of May",
    "one half": "1 half",
    "nineteen eighty four": "19 84",
}
for text, expected in EXPECTED.items():
    seen = parse(text)
    print(text, "->", seen)
    assert seen == expected, seen
print("held: a hundred and two hundred are 102 and 100")
PYTHON
