#!/usr/bin/env bash
# msgspec 0.22.0, pendulum 3.3.0, CPython's datetime
#
# A timestamp with seven decimals, as C# writes it, is rounded by msgspec and cut by the others: the last
# tick of a day becomes midnight of the next day. The last tick of year 9999, C#'s DateTime.MaxValue, is refused.
# Seen for 2024-01-01T23:59:59.9999999Z: msgspec 2024-01-02T00:00:00, datetime and pendulum 2024-01-01T23:59:59.999999
#
# Most would guess: all cut, so that a day's data stays in the day, and a valid RFC 3339 text is read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check msgspec==0.22.0 pendulum==3.3.0

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import msgspec
import pendulum


def read(text: str) -> datetime.datetime:
    return msgspec.json.decode(f'"{text}"', type=datetime.datetime)


last = "2024-01-01T23:59:59.9999999Z"
cut = datetime.datetime(2024, 1, 1, 23, 59, 59, 999999, datetime.UTC)
print(read(last), datetime.datetime.fromisoformat(last), pendulum.parse(last))
assert read(last) == datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)
assert datetime.datetime.fromisoformat(last) == pendulum.parse(last) == cut
try:
    read("9999-12-31T23:59:59.9999999Z")
except msgspec.ValidationError as error:
    print(error)
else:
    raise SystemExit("the last tick of the year 9999 is read now")
print("held: msgspec rounds the last tick of a day into the next day; datetime and pendulum cut it")
PYTHON
