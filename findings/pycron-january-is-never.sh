#!/usr/bin/env bash
# pycron 3.3.0, croniter 7.0.0
#
# `0 0 1 jan *` is never due with pycron, and so are Sunday as 7, the hours 22-2 and the minutes 5/15: no error, no run.
# A weekday by its name is read. croniter runs each of them.
#
# Most would guess: what a parser does not know is an error, and names of months go with those of weekdays.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pycron==3.3.0 croniter==7.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import croniter
import pycron

YEAR = [datetime.datetime(2024, 1, 1) + datetime.timedelta(minutes=minute) for minute in range(0, 366 * 24 * 60, 5)]
seen = {}
for schedule in ("0 0 1 jan *", "0 0 * * 7", "0 22-2 * * *", "5/15 * * * *", "0 0 * * mon", "0 0 1 1 *"):
    theirs = croniter.croniter(schedule, YEAR[0] - datetime.timedelta(minutes=1)).get_next(datetime.datetime)
    seen[schedule] = (sum(pycron.is_now(schedule, moment) for moment in YEAR), str(theirs))
print(seen)
assert seen == {
    "0 0 1 jan *": (0, "2024-01-01 00:00:00"),
    "0 0 * * 7": (0, "2024-01-07 00:00:00"),
    "0 22-2 * * *": (0, "2024-01-01 00:00:00"),
    "5/15 * * * *": (0, "2024-01-01 00:05:00"),
    "0 0 * * mon": (53, "2024-01-01 00:00:00"),
    "0 0 1 1 *": (1, "2024-01-01 00:00:00"),
}, seen
print("held: a schedule that is not understood is never due, without an error")
PYTHON
