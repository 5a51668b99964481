#!/usr/bin/env bash
# kuzu 0.11.3
#
# The beginning of a week, `date_trunc('week', ...)`, is the day itself, so that a count by week is one by day, without
# an error; the month and the quarter are right. The number of the week is 0 on all days of all years. 36 hours are less
# than a day and 12 hours, 24 hours less than a day, and 25 hours not. A time of Python with a zone, given as a
# parameter, loses the zone: 10:00 five hours east is 10:00, and as a text it is 05:00.
# Seen: 3 days of one week are 3 weeks, all with the number 0; 24 hours < 1 day; 10:00 by parameter, 05:00 by text
#
# Most would guess: Monday (or Sunday), a number from 1 to 53, equal durations, and 05:00 both times.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check kuzu==0.11.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import kuzu

connection = kuzu.Connection(kuzu.Database(":memory:"))


def ask(query, **parameters):
    result = connection.execute(query, parameters)
    rows = []
    while result.has_next():
        rows.append(result.get_next())
    return rows


DAYS = "unwind ['2024-05-13', '2024-05-15', '2024-05-17'] as text with date(text) as day "
east = datetime.datetime(2024, 1, 1, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=5)))
seen = {
    "weeks": [len(ask(DAYS + f"return distinct date_trunc('{part}', day)")) for part in ("week", "month", "quarter")],
    "numbers": ask(DAYS + "return distinct date_part('week', day)"),
    "last": ask("return date_part('week', date('2023-12-20')), date_part('month', date('2023-12-20'))"),
    "less": ask(
        "return interval('36 hours') < interval('1 day 12 hours'), interval('24 hours') < interval('1 day'), "
        "interval('25 hours') < interval('1 day')"
    ),
    "parameter": ask("return $time", time=east)[0][0].hour,
    "text": ask("return timestamp('2024-01-01 10:00:00+05:00')")[0][0].hour,
}
print(seen)
assert seen == {
    "weeks": [3, 1, 1],
    "numbers": [[0]],
    "last": [[0, 12]],
    "less": [[True, True, False]],
    "parameter": 10,
    "text": 5,
}, seen
print("held: each day is a week of its own")
PYTHON
