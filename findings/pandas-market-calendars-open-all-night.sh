#!/usr/bin/env bash
# pandas-market-calendars 5.5.0, pandas 3.1.1
#
# The hours in which New York trades, in five days with a holiday, are 25. Converted to a lower frequency, of two
# hours, they are 51: the nights and the 4th of July are traded, too, and the half hours move. Days made of half hours
# have the holiday as well, which date_range leaves out. Of two schedules that are merged by "outer", for times when
# any is open, each day is open from the first opening to the last closing: at 10:00 in UTC neither Sydney nor New York
# is open, and the two of them are.
# Seen: 25 hours, 51 of two hours; 5 days instead of 4; open at 10:00: False, False, merged: True
#
# Most would guess: fewer times at a lower frequency, and none at which the market is closed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pandas-market-calendars==5.5.0 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import pandas_market_calendars as calendars

days = "2024-07-01", "2024-07-05"
markets = [calendars.get_calendar(name) for name in ("ASX", "NYSE")]
schedules = [market.schedule(*days) for market in markets]

hours = calendars.date_range(schedules[1], "1h")
pairs = calendars.convert_freq(hours, "2h")
holiday = sum(str(time.date()) == "2024-07-04" for time in pairs)
half_hours = calendars.date_range(schedules[1], "30min")
traded = len(calendars.convert_freq(half_hours, "1D")), len(calendars.date_range(schedules[1], "1D"))
print("hours, of two hours, on the holiday, days:", len(hours), len(pairs), holiday, traded)
assert (len(hours), len(pairs), holiday, traded) == (25, 51, 12, (5, 4)), (len(hours), len(pairs), holiday, traded)

merged = calendars.merge_schedules(schedules, how="outer")
ten = pandas.Timestamp("2024-07-03 10:00", tz="UTC")
seen = [market.open_at_time(schedule, ten) for market, schedule in zip(markets, schedules, strict=True)]
seen.append(markets[1].open_at_time(merged, ten))
print("open:", *seen)
assert seen == [False, False, True], seen
print("held: a market trades all night and on a holiday, at a lower frequency")
PYTHON
