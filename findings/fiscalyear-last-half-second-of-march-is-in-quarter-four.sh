#!/usr/bin/env bash
# fiscalyear 0.4.0, isoweek 1.3.3
#
# Fiscal years of the USA, from 1 October on. Their parts end at 23:59:59, so the last half second of each belongs to
# none, and what is in none is in the last one: 31 March, 23:59:59.5, is in quarter 4 where it is in 2, 31 May in month
# 12 where it is in 8, and 30 September 2024 in the year 2023, as its day 731. A second before all are right. In isoweek
# no day is `in` its week, as a week is a tuple of two numbers; and week 53 of 2024, which has 52, is week 1 of 2025.
# Seen: quarter 4 of 31 March, year 2023 and day 731 of 30 September 2024
#
# Most would guess: quarter 2, year 2024 and day 366; True for a day in its week, and an error for week 53.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fiscalyear==0.4.0 isoweek==1.3.3

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime

from fiscalyear import FiscalDateTime, FiscalQuarter, FiscalYear
from isoweek import Week

march, june, may, september = (
    FiscalDateTime(2024, month, day, 23, 59, 59, 500000) for month, day in ((3, 31), (6, 30), (5, 31), (9, 30))
)
before = september - datetime.timedelta(seconds=1)
seen = {
    "March": march.fiscal_quarter,
    "June": june.fiscal_quarter,
    "May": may.fiscal_month,
    "September": (september.fiscal_year, september.fiscal_day),
    "a second before": (before.fiscal_year, before.fiscal_day),
    "in years": [september in FiscalYear(year) for year in (2024, 2025)],
    "in quarters": [march in FiscalQuarter(2024, quarter) for quarter in (1, 2, 3, 4)],
}
print(seen)
assert seen == {
    "March": 4,
    "June": 4,
    "May": 12,
    "September": (2023, 731),
    "a second before": (2024, 366),
    "in years": [False, False],
    "in quarters": [False, False, False, False],
}, seen

day = datetime.date(2024, 1, 3)
week = Week.withdate(day)
seen = (day in week, day in week.days(), 2024 in week, Week.fromstring("2024W53"), Week.last_week_of_year(2024))
print(seen)
assert seen == (False, True, True, Week(2025, 1), Week(2024, 52)), seen
print("held: the last half second of March is in quarter four")
PYTHON
