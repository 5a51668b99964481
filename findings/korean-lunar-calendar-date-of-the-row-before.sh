#!/usr/bin/env bash
# korean_lunar_calendar 0.4.0
#
# The calendar converts what was set last. It knows the years 1000 to 2050. For a later date, or a leap month that the
# year does not have, setSolarDate and setLunarDate return False, raise nothing, and leave what was set before: the
# next SolarIsoFormat and LunarIsoFormat answer with the date of the row before.
# Seen: 2060-01-01 after 2023-03-22 -> lunar 2023-02-01 Intercalation, the same as of 2023-03-22
#
# Most would guess: an error, or nothing, for a date that it cannot convert.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check korean_lunar_calendar==0.4.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from korean_lunar_calendar import KoreanLunarCalendar

calendar = KoreanLunarCalendar()
rows = []
for year, month, day in ((2023, 3, 22), (2060, 1, 1), (2024, 2, 10)):
    taken = calendar.setSolarDate(year, month, day)
    rows.append((f"{year}-{month:02}-{day:02}", taken, calendar.LunarIsoFormat()))
print(rows)
assert rows == [
    ("2023-03-22", True, "2023-02-01 Intercalation"),
    ("2060-01-01", False, "2023-02-01 Intercalation"),
    ("2024-02-10", True, "2024-01-01"),
], rows
# 2024 has no leap month.
assert calendar.setLunarDate(2024, 2, 1, True) is False
assert calendar.SolarIsoFormat() == "2024-02-10", calendar.SolarIsoFormat()
print("held: what is not known is the row before")
PYTHON
