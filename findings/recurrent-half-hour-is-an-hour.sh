#!/usr/bin/env bash
# recurrent 0.4.1
#
# `every half hour` becomes a rule for each hour, as does `every 1.5 hours`. `every day at noon` has no hour at all,
# `every day at 9 and 17` is once a year, on the 17th day of January, and `every 30 minutes between 9 and 17` is every
# 17 minutes. What is not understood is dropped, and the rest is a valid rule.
# Seen: FREQ=HOURLY;INTERVAL=1; FREQ=YEARLY;BYYEARDAY=17;BYHOUR=9; FREQ=MINUTELY;INTERVAL=17
#
# Most would guess: the rule that the sentence says, or None, as for `every quarter`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check recurrent==0.4.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import recurrent

NOW = datetime.datetime(2024, 1, 31, 10, 0)
EXPECTED = {
    "every 30 minutes": {"FREQ=MINUTELY", "INTERVAL=30"},
    "every half hour": {"FREQ=HOURLY", "INTERVAL=1"},
    "every 1.5 hours": {"FREQ=HOURLY", "INTERVAL=1"},
    "every day at noon": {"FREQ=DAILY", "INTERVAL=1"},
    "every day at 9 and 17": {"FREQ=YEARLY", "INTERVAL=1", "BYYEARDAY=17", "BYHOUR=9", "BYMINUTE=0"},
    "every 30 minutes between 9 and 17": {"FREQ=MINUTELY", "INTERVAL=17"},
}
seen = {text: set(recurrent.parse(text, now=NOW).removeprefix("RRULE:").split(";")) for text in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
assert recurrent.parse("every quarter", now=NOW) is None
print("held: each half hour is each hour, and twice a day is once a year")
PYTHON
