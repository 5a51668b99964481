#!/usr/bin/env bash
# ofxparse 0.21, ofxtools 1.1.1
#
# In a bank's file the zone of India is [+5.30:IST] or [+5.50:IST], by who wrote it. ofxparse reads the first as 5.3
# hours, which are 5 hours and 18 minutes, so the payment is twelve minutes late; ofxtools reads the second as 5 hours
# and 50 minutes, so it is twenty minutes early. Each is right about the spelling that the other gets wrong. For -3.30
# the time moves the other way.
# Seen for 12:00 [+5.30:IST]: 06:42 and 06:30; for [+5.50:IST]: 06:30 and 06:10
#
# Most would guess: two readers of one format have one instant.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ofxparse==0.21 ofxtools==1.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ofxparse
import ofxtools.Types

ZONES = ("+5.30:IST", "+5.50:IST", "-3.30:NST", "-5:EST")


def both(zone):
    text = f"20240101120000[{zone}]"
    times = ofxparse.OfxParser.parseOfxDateTime(text), ofxtools.Types.DateTime().convert(text)
    return tuple(time.strftime("%H:%M") for time in times)


seen = {zone: both(zone) for zone in ZONES}
print(seen)
assert seen == {
    "+5.30:IST": ("06:42", "06:30"),
    "+5.50:IST": ("06:30", "06:10"),
    "-3.30:NST": ("15:18", "15:30"),
    "-5:EST": ("17:00", "17:00"),
}, seen
print("held: half an hour of a zone is 18 minutes, or 30, or 50")
PYTHON
