#!/usr/bin/env bash
# duckdb 2.0.1
#
# The difference of two times with a zone depends on the session's zone, and so, unless it is set, on the host's. From
# midnight to midnight over a change of clocks it is a day in Europe/Berlin, of 86,400 seconds by epoch() and in Python,
# where 82,800 have passed; in UTC it is 23 hours. From a span of a day on, an hour too many or too few goes into every mean
# of durations and every "longer than 24 hours". date_diff in seconds, and the difference of two epoch(), are 82,800 in each
# zone. Shorter spans are right.
# Seen: Europe/Berlin: '1 day', 86400.0, 82800; UTC: '23:00:00', 82800.0, 82800; in autumn '1 day', 86400.0, 90000
#
# Most would guess: 23:00:00 in each zone, as PostgreSQL has it: both times are instants, and 82,800 seconds lie between
# them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

import duckdb


def between(zone, start, end):
    """The difference as text and in seconds, the seconds that have passed, and whether it is a day or more."""
    connection = duckdb.connect()
    connection.execute(f"set timezone = '{zone}'")
    query = """
        select (b - a)::varchar, epoch(b - a), date_diff('second', a, b), b - a >= interval '24 hours', b - a
        from (select ?::timestamptz as a, ?::timestamptz as b)
    """
    (found,) = connection.execute(query, [start, end]).fetchall()
    print(zone, start, end, found)
    return found


SPRING, AUTUMN = ("2024-03-31 00:00+01", "2024-04-01 00:00+02"), ("2024-10-27 00:00+02", "2024-10-28 00:00+01")
a_day, short, long = dt.timedelta(days=1), dt.timedelta(hours=23), dt.timedelta(hours=25)
assert between("Europe/Berlin", *SPRING) == ("1 day", 86400.0, 82800, True, a_day)
assert between("UTC", *SPRING) == ("23:00:00", 82800.0, 82800, False, short)
assert between("Europe/Berlin", *AUTUMN) == ("1 day", 86400.0, 90000, True, a_day)
assert between("UTC", *AUTUMN) == ("1 day 01:00:00", 90000.0, 90000, True, long)
assert between("Europe/Berlin", "2024-03-31 01:00+01", "2024-03-31 04:00+02")[1:3] == (7200.0, 7200)
print("held: a difference of a day or more has the days of the session's zone, and another number of seconds than have passed")
PYTHON
