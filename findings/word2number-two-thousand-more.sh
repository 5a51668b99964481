#!/usr/bin/env bash
# word2number 1.1, number-parser 0.3.2
#
# "One million two thousand" is 1,003,002 in numbers: the words before "thousand" are counted once more with the
# million. "Half a million" is a million, "minus five" is five, and "nineteen ninety nine" is 1719. None of it is an
# error; a word that is not known is left out. number-parser has 1,002,000 for the first, and None for the others.
#
# Most would guess: the number that the words say, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check word2number==1.1 number-parser==0.3.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import number_parser
from word2number import w2n

TEXTS = ("one million two thousand", "one million two", "half a million", "minus five", "nineteen ninety nine")

seen = {text: (w2n.word_to_num(text), number_parser.parse_number(text)) for text in TEXTS}
print(seen)
assert seen == {
    "one million two thousand": (1003002, 1002000),
    "one million two": (1000002, 1000002),
    "half a million": (1000000, None),
    "minus five": (5, None),
    "nineteen ninety nine": (1719, None),
}, seen
print("held: one million two thousand is 1,003,002")
PYTHON
