#!/usr/bin/env bash
# aniso8601 10.0.1, isodate 0.7.2
#
# P1M, added to 31 January 2024: aniso8601 makes it a timedelta of 30 days (1 March), isodate a calendar month (29
# February). P1Y is 365 days for the first, so that it ends a leap year a day early. A limit of "one month" that two
# services read with the two libraries differs by a day, most months.
#
# Most would guess: a calendar month, or an error that a month has no fixed length.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check aniso8601==10.0.1 isodate==0.7.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import aniso8601
import isodate

DAY = datetime.date(2024, 1, 31)
seen = {
    name: [str(DAY + parse(text)) for text in ("P1M", "P1Y")]
    for name, parse in (("aniso8601", aniso8601.parse_duration), ("isodate", isodate.parse_duration))
}
print(seen)
assert seen == {"aniso8601": ["2024-03-01", "2025-01-30"], "isodate": ["2024-02-29", "2025-01-31"]}, seen
print("held: P1M is 30 days or a calendar month")
PYTHON
