#!/usr/bin/env bash
# bitmath 2.1.1
#
# `strict=False` lets `parse_string` take texts that are no exact names of units, as "1 KB". It changes those that
# are, too: "1 GB" is 1,000,000,000 bytes, and 1,073,741,824 without strictness; "1 kb" is 1,000 bits, so 125 bytes,
# and 1,024 bytes without. Only "1 GiB" is the same for both.
# Seen: 1 GB 1e9 or 1073741824.0; 1 kb 125.0 or 1024.0
#
# Most would guess: leniency takes more texts, and gives those that were fine the value that they had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bitmath==2.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import bitmath

EXPECTED = {
    "1 GiB": (1073741824.0, 1073741824.0),
    "1 GB": (1e9, 1073741824.0),
    "1 MB": (1e6, 1048576.0),
    "1 kb": (125.0, 1024.0),
}
seen = {
    text: (bitmath.parse_string(text).bytes, bitmath.parse_string(text, strict=False).bytes) for text in EXPECTED
}
print(seen)
assert seen == EXPECTED, seen
print("held: 1 kb is 125 bytes, or 1,024 where one is not strict")
PYTHON
