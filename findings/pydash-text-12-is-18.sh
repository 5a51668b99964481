#!/usr/bin/env bash
# pydash 8.1.0
#
# Without a radix `parse_int()` of pydash takes a text to be hexadecimal, as soon as it can be: the text 12 is 18, and
# 100 is 256. A text of one digit, as in its documentation, is right by chance. The name dead and the commit 1e3 are
# numbers, and 1.9 is none, where a number 1.9 is 1. `to_integer()` reads tens.
# Seen: parse_int: 5 -> 5, 12 -> 18, 100 -> 256, 1e3 -> 483, dead -> 57005, 1.9 -> None; to_integer: 12 -> 12
#
# Most would guess: 12, as its documentation says that tens are the default unless a text begins with 0x.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pydash==8.1.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pydash

seen = {text: pydash.parse_int(text) for text in ["5", "12", "100", "1e3", "dead", "1.9"]}
print(seen)
assert seen == {"5": 5, "12": 18, "100": 256, "1e3": 483, "dead": 57005, "1.9": None}, seen
assert pydash.parse_int("12", 10) == 12 and pydash.parse_int(12) == 12 and pydash.to_integer("12") == 12
PYTHON
echo "held: the text 12 is 18"
