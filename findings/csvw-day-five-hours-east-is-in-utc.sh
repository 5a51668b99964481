#!/usr/bin/env bash
# csvw 4.1.1
#
# A table with a description in the format CSVW is read, and written again with other zones. The day 05.01.2024+05:00
# is written as 05.01.2024Z, five hours off, and a stamp without a zone, which its type does not allow, is read and
# written as one in UTC. A day or a time of day with a zone by the default format loses it, and a time of day is a time
# of today, so the same value read on two days is not equal. With decimal comma and a point for groups 1.5 is 15.
# Seen: 05.01.2024Z, 2024-01-05T10:30:00.000000Z, 2024-01-05, 10:30:00, 15
#
# Most would guess: what was read is written, for the format is that of the description; an error for a stamp without a
# zone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check csvw==4.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from csvw.metadata import Datatype

COMMA = {"decimalChar": ",", "groupChar": "."}
EXPECTED = {
    ("date", "dd.MM.yyyyXXX", "05.01.2024+05:00"): "05.01.2024Z",
    ("dateTimeStamp", None, "2024-01-05T10:30:00"): "2024-01-05T10:30:00.000000Z",
    ("date", None, "2024-01-05+05:00"): "2024-01-05",
    ("time", None, "10:30:00+05:00"): "10:30:00",
    ("decimal", "comma", "1.5"): "15",
    ("dateTime", "yyyy-MM-ddTHH:mm:ssXXX", "2024-01-05T10:30:00+05:00"): "2024-01-05T10:30:00+05:00",
}


def describe(base, layout):
    formats = {} if layout is None else {"format": COMMA if layout == "comma" else layout}
    return Datatype.fromvalue({"base": base, **formats})


seen = {}
for base, layout, text in EXPECTED:
    datatype = describe(base, layout)
    seen[base, layout, text] = datatype.formatted(datatype.read(text))
print(*seen.items(), sep="\n")
assert seen == EXPECTED, seen

days = {datetime.date.today(), datetime.date.today() - datetime.timedelta(days=1)}
assert describe("time", None).read("10:30:00").date() in days
print("held: a day five hours east is written as one in UTC")
PYTHON
