#!/usr/bin/env bash
# periodiq 0.14.0, dramatiq 2.2.1, pendulum 3.3.0
#
# This scheduler of Dramatiq wakes at `next_valid_date` and sends a job for which `validate` is true. Sunday is 0 to the
# one and 7 to the other: `@weekly`, `0 0 * * 0` and `0 0 * * sun` are never due, `0 0 * * 0-6` on six days a week, and
# `0 0 * * 5-7` on Fridays and Saturdays. On a host in Berlin a daily job of 9 o'clock is not due on
# 31 March 2024, when clocks are put forward, and one of midnight not on 1 April. Nothing is said.
# Seen: @weekly in two weeks: none; 5-7: Fri 5, Sat 6, Fri 12, Sat 13; 09:00 in Berlin: 30 March, 1 April
#
# Most would guess: each Sunday, and each day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    periodiq==0.14.0 dramatiq==2.2.1 pendulum==3.3.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pendulum
from periodiq import CronSpec


def sent(schedule, first, days, zone="UTC"):
    schedule = CronSpec.parse(schedule)
    start = pendulum.parse(first, tz=zone)
    now = start.subtract(minutes=1)
    found = []
    while (now := schedule.next_valid_date(now)) < start.add(days=days):
        if schedule.validate(now):
            found.append(now.format("ddd D"))
    return found


weeks = {text: sent(text, "2024-01-01", 14) for text in ("@weekly", "0 0 * * 0", "0 0 * * sun", "0 0 * * 7")}
weeks |= {text: sent(text, "2024-01-01", 14) for text in ("0 0 * * 0-6", "0 0 * * 5-7")}
for text, found in weeks.items():
    print(text, found)
assert weeks["@weekly"] == weeks["0 0 * * 0"] == weeks["0 0 * * sun"] == [], weeks
assert weeks["0 0 * * 7"] == ["Sun 7", "Sun 14"], weeks
assert len(weeks["0 0 * * 0-6"]) == 12 and "Sun 7" not in weeks["0 0 * * 0-6"], weeks
assert weeks["0 0 * * 5-7"] == ["Fri 5", "Sat 6", "Fri 12", "Sat 13"], weeks
assert not CronSpec.parse("@weekly").validate(pendulum.datetime(2024, 1, 7))

clocks = {hour: sent(f"0 {hour} * * *", "2024-03-30", 4, "Europe/Berlin") for hour in (0, 9)}
print(clocks)
assert clocks == {0: ["Sat 30", "Sun 31", "Tue 2"], 9: ["Sat 30", "Mon 1", "Tue 2"]}, clocks
print("held: @weekly is never")
PYTHON
