#!/usr/bin/env bash
# pycron 3.3.0, croniter 7.0.0
#
# `0 0 * * 7`, each Sunday for most, is never for pycron, and `5-7` is Friday and Saturday only. The hours `22-2` are
# never, too, as a range past midnight is empty, and so is `0/6`. Nothing is raised: `is_now` is False each time, and
# the job never runs. croniter knows all of them.
# Seen in a week of January 2024: no day for `0 0 * * 7`, 2 for `0 0 * * 5-7`; no hour for `0 22-2 * * *` and `0 0/6 *
# * *`
#
# Most would guess: Sunday, as crontab(5) has it, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pycron==3.3.0 croniter==7.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import pycron
from croniter import croniter

HOURS = [datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=hour) for hour in range(7 * 24)]


def runs(expression):
    return (
        sum(pycron.is_now(expression, hour) for hour in HOURS),
        sum(croniter.match(expression, hour) for hour in HOURS),
    )


EXPECTED = {
    "0 0 * * 0": (1, 1),
    "0 0 * * 7": (0, 1),
    "0 0 * * 5-7": (2, 3),
    "0 22-2 * * *": (0, 35),
    "0 0/6 * * *": (0, 28),
}
seen = {expression: runs(expression) for expression in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
print("held: what is due on the seventh day of the week, or from 22 to 2, is never due")
PYTHON
