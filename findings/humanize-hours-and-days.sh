#!/usr/bin/env bash
# humanize 4.17.0
#
# naturaldelta rounds hours and cuts days: 90 minutes are "2 hours", and 47 hours are "a day". So an alert can say that
# data is 2 hours old after 1.5 hours, and a day old for twice as long.
# Seen: 1:29:59 -> an hour, 1:30:00 -> 2 hours, 1 day 23:59:59 -> a day, 2 days -> 2 days
#
# Most would guess: one rule for all units, and "an hour" for 90 minutes as "a day" for 36 hours.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check humanize==4.17.0

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import humanize


def words(**parts: int) -> str:
    return humanize.naturaldelta(datetime.timedelta(**parts))


seen = [words(seconds=5_399), words(seconds=5_400), words(hours=36), words(hours=47, minutes=59), words(hours=48)]
print(seen)
assert seen == ["an hour", "2 hours", "a day", "a day", "2 days"], seen
print("held: 90 minutes are 2 hours and 47 hours 59 minutes are a day")
PYTHON
