#!/usr/bin/env bash
# dateparser 1.5.0
#
# With noon of 31 March 2024 as base, "5 min" is 11:55: a bare duration lies in the past. "tomorrow 8" is tomorrow at
# 12:00; the hour is dropped. "2024-13" is 13 March 2024: what is no month becomes a day, in the base's month. None of
# the three is refused.
#
# Most would guess: in five minutes, or None; tomorrow at 8:00; None for a month 13.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dateparser==1.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import dateparser

BASE = {"RELATIVE_BASE": datetime.datetime(2024, 3, 31, 12)}
seen = {text: f"{dateparser.parse(text, settings=BASE):%Y-%m-%d %H:%M}" for text in ("5 min", "tomorrow 8", "2024-13")}
print(seen)
assert seen == {"5 min": "2024-03-31 11:55", "tomorrow 8": "2024-04-01 12:00", "2024-13": "2024-03-13 00:00"}, seen
print("held: a bare duration is in the past, an hour is dropped, a month 13 is a day")
PYTHON
