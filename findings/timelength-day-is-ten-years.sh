#!/usr/bin/env bash
# timelength 3.0.4
#
# A capital D is a decade and a capital M a month: a day in ISO 8601, `P1D`, is ten years of 365 days, and five minutes,
# `PT5M`, are five months of 30.5 days. `-5m` is 300 seconds, `1h 30` one hour, and `1e3 s` three seconds. Each is a
# success.
#
# Most would guess: a day, five minutes, and no success where a part was not understood.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check timelength==3.0.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from timelength import TimeLength

DAY = 24 * 60 * 60
seen = {text: TimeLength(text).result for text in ("P1D", "PT5M", "-5m", "1h 30", "1e3 s")}
seconds = {text: result.seconds for text, result in seen.items()}
print(seconds)
assert all(result.success for result in seen.values()), seen
assert seconds == {"P1D": 3650 * DAY, "PT5M": 152.5 * DAY, "-5m": 300, "1h 30": 3600, "1e3 s": 3}, seconds
print("held: P1D is ten years, and a success")
PYTHON
