#!/usr/bin/env bash
# humanfriendly 10.0
#
# The library reads sizes and lengths of settings. Where it does not know a unit that begins with a letter that it
# knows, the letter decides: 5 miles are 5 metres, 5 percent are 5 petabytes, 5 thousand are 5 terabytes, 5 Gbit are 5
# gigabytes, and 5 bananas are 5 bytes. An unknown unit of time is an error.
#
# Most would guess: an error for each unit that it does not know, as for `5 months`, or a mile.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check humanfriendly==10.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import humanfriendly

lengths = {text: humanfriendly.parse_length(text) for text in ("5 miles", "5 mm", "5 megametres")}
sizes = {text: humanfriendly.parse_size(text) for text in ("5 Gbit", "5 thousand", "5 percent", "5 bananas")}
print(lengths, sizes)
assert lengths == {"5 miles": 5, "5 mm": 0.005, "5 megametres": 5}, lengths
assert sizes == {"5 Gbit": 5 * 10**9, "5 thousand": 5 * 10**12, "5 percent": 5 * 10**15, "5 bananas": 5}, sizes
try:
    humanfriendly.parse_timespan("5 months")
except humanfriendly.InvalidTimespan:
    print("held: five miles are five metres, and five percent are five petabytes")
else:
    raise SystemExit("five months are a time now")
PYTHON
