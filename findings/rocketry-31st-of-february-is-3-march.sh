#!/usr/bin/env bash
# rocketry 2.5.1, redbird 0.7.1, pydantic 1.10.27, tzlocal 4.0
#
# A period that begins on the 31st has its next one, asked in February, on 3 March, and in April on 1 May, as the days
# that a month lacks are counted on into the next. Whether a day is in the period is another matter: 3 March is not, and
# 31 March is.
# Seen: 2023: 31 January, 3 March, 31 March, 1 May, 31 May, 1 July
#
# Most would guess: the next 31st, or the last day of the month; and the next period's first day is in it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    rocketry==2.5.1 redbird==0.7.1 pydantic==1.10.27 tzlocal==4.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from rocketry.time import TimeOfMonth

period = TimeOfMonth("31.", None)


def following(month):
    return str(period.rollforward(datetime.datetime(2023, month, 5)).left)[:10]


seen = [following(month) for month in range(1, 7)]
print(seen)
assert seen == ["2023-01-31", "2023-03-03", "2023-03-31", "2023-05-01", "2023-05-31", "2023-07-01"], seen
days = [datetime.datetime(2023, 1, 1) + datetime.timedelta(days=number) for number in range(100)]
inside = [str(day.date()) for day in days if day in period]
print(inside)
assert inside == ["2023-01-31", "2023-03-31"], inside
print("held: after the 31st of January comes the third of March, which is not in the period")
PYTHON
