#!/usr/bin/env bash
# pyais 3.3.1
#
# A ship at 200 knots is written as one at 97.6: the speed has ten bits, and what does not fit is cut off. -1 becomes
# 101.4. What a ship does not know comes back as a number, too: its speed is 102.3 knots, and its place is at 91 degrees
# north. The standard has these numbers for "not available", but the rate of turn alone is returned as such.
#
# Most would guess: an error for a speed that does not fit, and None for one that is not available.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyais==3.3.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pyais


def sent(**values):
    message = pyais.encode_dict({"type": 1, "mmsi": "123456789", **values})
    return pyais.decode(*message)


seen = [sent(speed=speed).speed for speed in (20, 200, -1)]
unknown = sent(speed=102.3, lat=91, lon=181, course=360, heading=511, turn=-128)
print(seen, unknown)
assert seen == [20, 97.6, 101.4], seen
assert (unknown.speed, unknown.lat, unknown.lon, unknown.course, unknown.heading) == (102.3, 91, 181, 360, 511), unknown
assert isinstance(unknown.turn, pyais.constants.TurnRate), unknown
print("held: 200 knots are 97.6, and an unknown speed is 102.3")
PYTHON
