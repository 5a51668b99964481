#!/usr/bin/env bash
# geopy 2.5.0
#
# From a text that it does not read as a whole, `Point` takes the end. "48,85 2,35", Paris with decimal commas, is
# latitude 2 and longitude 35, in Ethiopia; with a height in metres, "48.85 2.35 35", the height is the longitude. A
# sign before a hemisphere counts twice: "-10 S" is ten degrees north. And a longitude of 200 is -160, while a latitude
# of 95 is an error.
#
# Most would guess: an error for what is not read to its beginning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check geopy==2.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from geopy.point import Point

TEXTS = ("48.85 2.35", "48,85 2,35", "48,85; 2,35", "48.85 2.35 35", "-10 S 5 E", "10 200")

seen = {text: Point(text)[:2] for text in TEXTS}
print(seen)
assert seen == {
    "48.85 2.35": (48.85, 2.35),
    "48,85 2,35": (2, 35),
    "48,85; 2,35": (2, 35),
    "48.85 2.35 35": (2.35, 35),
    "-10 S 5 E": (10, 5),
    "10 200": (10, -160),
}, seen
print("held: of a text that does not fit, the end is the place")
PYTHON
