#!/usr/bin/env bash
# inflect 7.6.0
#
# number_to_words takes numbers and texts. Of a text it keeps the digits and the first point, and reads what is left as
# one number: of 2.5e6, as a program writes two and a half million, the e goes, of 12/2024 the slash, of 2024-01-02 the
# hyphens. No error tells so, and the words read well, on a cheque or aloud. The number 2.5e6 itself is right.
# Seen: '1e3' -> thirteen; '2.5e6' -> two point five six; '5 of 7' -> fifty-seven
#
# Most would guess: one thousand, and two million, five hundred thousand; and an error of what is no number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check inflect==7.6.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import inflect

engine = inflect.engine()
texts = ("1e3", "2.5e6", "5 of 7", "2024-01-02")
seen = {text: engine.number_to_words(text) for text in texts}
print(seen)
assert list(seen.values()) == [
    "thirteen",
    "two point five six",
    "fifty-seven",
    "twenty million, two hundred and forty thousand, one hundred and two",
], seen
assert engine.number_to_words(1000) == "one thousand"
assert engine.number_to_words(2500000) == "two million, five hundred thousand"
print("held: a thousand is thirteen")
PYTHON
