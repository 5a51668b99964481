#!/usr/bin/env bash
# holidays 0.109, workalendar 17.0.0
#
# From Friday 5 to Monday 8 January 2024 in Germany there are 2 working days for holidays, 1 for workalendar. The
# working day 0 days after Saturday 6 is Monday 8 for the first, and that Saturday itself for the second, although it
# is none. And the reverse order of dates is the same 2 for holidays.
#
# Most would guess: the same number from both, and no Saturday among the working days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check holidays==0.109 workalendar==17.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import holidays
import workalendar.europe

FRIDAY, SATURDAY, MONDAY = (datetime.date(2024, 1, day) for day in (5, 6, 8))
ours, theirs = holidays.country_holidays("DE"), workalendar.europe.Germany()
seen = {
    "holidays": (
        ours.get_working_days_count(FRIDAY, MONDAY),
        ours.get_working_days_count(MONDAY, FRIDAY),
        str(ours.get_nth_working_day(SATURDAY, 0)),
    ),
    "workalendar": (theirs.get_working_days_delta(FRIDAY, MONDAY), str(theirs.add_working_days(SATURDAY, 0))),
}
print(seen)
assert seen == {"holidays": (2, 2, "2024-01-08"), "workalendar": (1, "2024-01-06")}, seen
print("held: one library counts both ends, the other returns a Saturday as a working day")
PYTHON
