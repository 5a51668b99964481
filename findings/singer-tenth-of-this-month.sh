#!/usr/bin/env bash
# singer-python 6.8.0
#
# A Singer tap with singer-python sends 15 for "1,5" in a column of numbers, and 1.0005 for "1.000,5": commas are taken
# away. In a column of integers 1.9 is sent as 1. In one of times "10" is sent as the tenth of this month, and
# "01/02/2024" as 2 January. In one of true and false "no" and "0" are true. The records pass their schema.
#
# Most would guess: 1.5, or an error as for a text that is no number; and no month that nobody gave.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check singer-python==6.8.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from singer import Transformer

NUMBER, INTEGER = {"type": "number"}, {"type": "integer"}
FLAG, TIME = {"type": "boolean"}, {"type": "string", "format": "date-time"}


def sent(kind, value):
    return Transformer().transform({"value": value}, {"type": "object", "properties": {"value": kind}})["value"]


def month():
    return f"{datetime.datetime.now():%Y-%m}"


seen = [sent(NUMBER, "1,5"), sent(NUMBER, "1.000,5"), sent(INTEGER, 1.9), sent(FLAG, "no"), sent(FLAG, "0")]
before, tenth, after = month(), sent(TIME, "10"), month()
slashes = sent(TIME, "01/02/2024")
print(seen, tenth, slashes)
assert seen == [15.0, 1.0005, 1, True, True], seen
assert tenth in {f"{each}-10T00:00:00.000000Z" for each in (before, after)}, tenth
assert slashes == "2024-01-02T00:00:00.000000Z", slashes
print("held: 1,5 is fifteen, and 10 the tenth of this month")
PYTHON
