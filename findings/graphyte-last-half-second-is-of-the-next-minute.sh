#!/usr/bin/env bash
# graphyte 1.7.1
#
# The time of a metric is sent to Graphite in whole seconds, and graphyte rounds it: a reading of 10:00:59.6 has the
# time of 10:01:00, which had not come when it was taken, and counts in the next minute, as one of the last half
# second of a day does in the next day. A tag whose value has a semicolon is sent as it is, so that what follows is a
# tag without a value. A True is sent as the text True, which is no number, while the text "5" is refused.
# Seen: 59.6 -> 60; "x;job=load;today 1 60"; True -> "x True 60"
#
# Most would guess: the second that has begun, as int(time.time()) is, and an error for a semicolon as for a space.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check graphyte==1.7.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import graphyte

sender = graphyte.Sender("localhost")


def line(value, time, **tags):
    return sender.build_message("x", value, time, tags).decode().strip()


seen = {
    "half": line(1, 59.6),
    "day": int(line(1, 86399.5).split()[-1]) // 86400,
    "tag": line(1, 60, job="load;today"),
    "true": line(True, 60),
    "nan": line(float("nan"), 60),
}
print(seen)
assert seen == {
    "half": "x 1 60",
    "day": 1,
    "tag": "x;job=load;today 1 60",
    "true": "x True 60",
    "nan": "x nan 60",
}, seen
print("held: the last half second of a minute is in the next")
PYTHON
