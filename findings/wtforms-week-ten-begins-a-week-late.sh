#!/usr/bin/env bash
# wtforms 3.3.2
#
# A field of HTML for a week sends it as 2026-W10, by ISO 8601. `WeekField` of WTForms reads that by Python's `%W`,
# which counts from the first Monday of the year: in 2015, 2019, 2020, 2025 and 2026 each week is a week late, in other
# years it is right, so tests of 2024 pass. It writes a week in the same way: what it has read it writes as it was, but
# the Monday of week 10 as week 9, and 1 January as week 0, which no browser takes.
# Seen: 2026-W10 -> 2026-03-09, 2024-W10 -> 2024-03-04; 2 March 2026 -> 2026-W09, 1 January 2026 -> 2026-W00
#
# Most would guess: 2 March 2026, as the browser that sent it shows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check wtforms==3.3.2
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import wtforms


class Values(dict):
    def getlist(self, name):
        return self[name]


class Form(wtforms.Form):
    week = wtforms.WeekField()


def read(text):
    form = Form(Values(week=[text]))
    assert form.validate(), form.errors
    return form.week.data


def written(year, week, day=1):
    return Form(week=datetime.date.fromisocalendar(year, week, day)).week._value()


late = {year: (read(f"{year}-W10") - datetime.date.fromisocalendar(year, 10, 1)).days for year in range(2015, 2030)}
print(late)
assert {year for year, days in late.items() if days == 7} == {2015, 2019, 2020, 2025, 2026}, late
assert {days for days in late.values()} == {0, 7}, late
print(read("2026-W10"), read("2024-W10"), written(2026, 10), Form(week=datetime.date(2026, 1, 1)).week._value())
assert read("2026-W10") == datetime.date(2026, 3, 9)
assert written(2026, 10) == "2026-W09" and Form(week=datetime.date(2026, 1, 1)).week._value() == "2026-W00"
PYTHON
echo "held: week 10 of 2026 begins a week late"
