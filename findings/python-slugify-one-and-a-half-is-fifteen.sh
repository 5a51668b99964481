#!/usr/bin/env bash
# python-slugify 9.2.0
#
# A comma between digits is left out, as one between thousands, while a point becomes a hyphen. So names with decimals
# of most of Europe lose their point: "limit 1,5" and "limit 15" are one file or one address, and so are "v1,10" and
# "v110", and 0,5 is 05. Signs go, too: "-5", "5" and "5 %" are 5.
# Seen: limit 1,5 -> limit-15; limit 1.5 -> limit-1-5; limit 15 -> limit-15
#
# Most would guess: limit-1-5 for both spellings of one and a half.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-slugify==9.2.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from slugify import slugify

seen = {text: slugify(text) for text in ("limit 1,5", "limit 1.5", "limit 15", "p < 0,5", "-5", "5 %")}
print(seen)
assert seen == {
    "limit 1,5": "limit-15",
    "limit 1.5": "limit-1-5",
    "limit 15": "limit-15",
    "p < 0,5": "p-05",
    "-5": "5",
    "5 %": "5",
}, seen
print("held: one and a half is fifteen")
PYTHON
