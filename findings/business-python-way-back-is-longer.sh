#!/usr/bin/env bash
# business-python 2.1.0
#
# With a holiday on 1 January 2024 business_days_between() counts one working day from Friday, 5 January, to Monday,
# and from Monday back to that Friday two: backwards it takes a whole week and removes what is too much, with the
# holiday that is not between the two days at all. Over 1 May it is three days there and four back, as the holiday is
# worked on the way back; without a holiday both are the same. A step from a Saturday goes first to a working day: a
# day before it is Thursday, no day after it is the Saturday itself.
# Seen: 1 and -2, 3 and -4; Saturday less 1 is Thursday, plus 0 Saturday
#
# Most would guess: the same distance both ways, and the Friday before a Saturday.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check business-python==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

from business.calendar import Calendar

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def between(start, end, *holidays):
    calendar = Calendar(working_days=DAYS, holidays=list(holidays))
    return calendar.business_days_between(start, end), calendar.business_days_between(end, start)


friday, saturday, monday = date(2024, 1, 5), date(2024, 1, 6), date(2024, 1, 8)
calendar = Calendar(working_days=DAYS)
seen = {
    "after a holiday": between(friday, monday, "2024-01-01"),
    "over a holiday": between(date(2024, 4, 29), date(2024, 5, 3), "2024-05-01"),
    "without": between(friday, monday),
    "saturday": [calendar.add_business_days(saturday, days).strftime("%a") for days in (-1, 0)],
}
print(seen)
assert seen == {
    "after a holiday": (1, -2),
    "over a holiday": (3, -4),
    "without": (1, -1),
    "saturday": ["Thu", "Sat"],
}, seen
print("held: the way back is a day longer")
PYTHON
