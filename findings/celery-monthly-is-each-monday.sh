#!/usr/bin/env bash
# celery 5.7.0, huey 3.5.4
#
# Celery knows a day of the week by its first three letters and no more: "mon#1", the first Monday of the month for
# other schedulers, is each Monday, and so is "monthly". The names count in other fields, too: hour "sat" is six
# o'clock. huey refuses "noon" and "5/15" if they stand alone, and leaves them out of a list, so that "9,noon" is nine
# alone.
# Seen: mon#1 [1], monthly [1]; hour sat [6]; huey 9,noon runs at 9, and 0,5/15 at minute 0
#
# Most would guess: the first Monday, or an error, as for "5L"; and an error for a list with what is refused alone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check celery==5.7.0 huey==3.5.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

import huey
from celery.schedules import crontab


def days(text):
    try:
        return sorted(crontab(day_of_week=text).day_of_week)
    except ValueError:
        return "refused"


def due(unit, text):
    try:
        is_due = huey.crontab(**({"minute": "0"} | {unit: text}))
    except ValueError:
        return "refused"
    moments = (dt.datetime(2024, 1, 1) + dt.timedelta(minutes=minute) for minute in range(24 * 60))
    return sorted({getattr(moment, unit) for moment in moments if is_due(moment)})


celery = {text: days(text) for text in ("mon", "mon#1", "monthly", "fri#2", "5L", "L")}
fields = [sorted(crontab(hour="sat").hour), sorted(crontab(minute="fri").minute)]
TEXTS = {"noon": "hour", "9,noon": "hour", "5/15": "minute", "0,5/15": "minute"}
lists = {text: due(unit, text) for text, unit in TEXTS.items()}
print(celery, fields, lists, sep="\n")
assert celery == {"mon": [1], "mon#1": [1], "monthly": [1], "fri#2": [5], "5L": "refused", "L": "refused"}, celery
assert fields == [[6], [5]], fields
assert lists == {"noon": "refused", "9,noon": [9], "5/15": "refused", "0,5/15": [0]}, lists
print("held: monthly is each Monday")
PYTHON
