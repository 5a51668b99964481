#!/usr/bin/env bash
# xsdata 26.10
#
# Two times of XML are compared by a number of seconds in which each month has the same length of 30.44 days. So the
# evening of 31 January is after the first of February: `<` is false, `sorted` puts it last, and the latest of the two
# is the older one. The same moment in two zones is not equal when one of them is in the next month. In the middle of a
# month all is right.
# Seen: 2024-01-31T23:00:00Z < 2024-02-01T00:00:00Z is False
#
# Most would guess: the order in time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check xsdata==26.10

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from xsdata.models.datatype import XmlDateTime

time = XmlDateTime.from_string
evening, next_day = time("2024-01-31T23:00:00Z"), time("2024-02-01T00:00:00Z")
print(evening < next_day, str(max(evening, next_day)))
assert not evening < next_day and evening > next_day
assert max(evening, next_day) == evening
assert time("2024-01-30T23:00:00Z") < time("2024-01-31T00:00:00Z")
assert time("2024-01-15T23:30:00Z") == time("2024-01-16T00:30:00+01:00")
assert time("2024-01-31T23:30:00Z") != time("2024-02-01T00:30:00+01:00")
assert evening.to_datetime() < next_day.to_datetime()
print("held: the last evening of January is after the first of February")
PYTHON
