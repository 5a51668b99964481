#!/usr/bin/env bash
# maidenhead 1.8.0
#
# A position is rounded before its square is looked for, and how far depends on how long the locator is to be. So near
# the northern or eastern edge of a square the short locator is that of the next one, while a longer one is right: a
# short one is not the beginning of the long one, and two tables that are joined by them miss rows. A hundred metres
# before the north pole the next square is that of the south pole. A locator is read as the south-west corner, not the
# middle.
# Seen: (52.9999, 13): JO63, and JO62mx09 of eight signs; (89.999, 0): JA00, which is read as latitude -90
#
# Most would guess: JO62 and JR09, the beginnings of the long ones.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check maidenhead==1.8.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import maidenhead

places = ((52.9999, 13), (89.999, 0))
seen = {place: (maidenhead.to_maiden(*place, 2), maidenhead.to_maiden(*place, 4)) for place in places}
print(seen)
assert seen == {(52.9999, 13): ("JO63", "JO62mx09"), (89.999, 0): ("JA00", "JR09ax09")}, seen
assert maidenhead.to_location("JA00") == (-90.0, 0.0)
assert maidenhead.to_location("JO62") == (52.0, 12.0)
print("held: next to the north pole is the south pole")
PYTHON
