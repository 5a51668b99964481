#!/usr/bin/env bash
# Cerberus 1.3.8
#
# `min` and `max` pass what cannot be compared. So where a time has to be from 2024 on and the limit has no zone, one of
# 1999 with a zone is valid, and where a date has to be, a time of 1999 is, since a time is a date. The text "3" is at
# least 5 and at most 1, and "5" is of four digits if it is a number. True is an integer and a float, and is no number.
# Seen: 1999-01-01 in UTC valid, without a zone not; "3" valid, 3 not; True as integer valid, as number not
#
# Most would guess: not valid, or an error, as the rule cannot be applied.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Cerberus==1.3.8

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from cerberus import Validator

OLD = datetime.datetime(1999, 1, 1)
OLD_IN_UTC = OLD.replace(tzinfo=datetime.timezone.utc)
time_rule = {"type": "datetime", "min": datetime.datetime(2024, 1, 1)}
date_rule = {"type": "date", "min": datetime.date(2024, 1, 1)}


def valid(rule, value):
    return Validator({"it": rule}).validate({"it": value})


seen = {
    "time": [valid(time_rule, OLD_IN_UTC), valid(time_rule, OLD)],
    "date": [valid(date_rule, OLD), valid(date_rule, OLD.date())],
    "limits": [valid({"min": 5}, "3"), valid({"max": 1}, "3"), valid({"min": 5}, 3), valid({"max": 1}, 3)],
    "digits": [valid({"regex": "[0-9]{4}"}, 5), valid({"regex": "[0-9]{4}"}, "5")],
    "True": [valid({"type": kind}, True) for kind in ("integer", "float", "number")],
}
print(seen)
assert seen == {
    "time": [True, False],
    "date": [True, False],
    "limits": [True, True, False, False],
    "digits": [True, False],
    "True": [True, True, False],
}, seen
print("held: 1999 is after 2024")
PYTHON
