#!/usr/bin/env bash
# parsedatetime 2.6
#
# A time in ISO 8601 is read as a time of today whose clock is the year: on 15 May, 2024-01-01T10:00:00Z is 15 May at
# 20:24, and 2019-01-01T10:00 is 15 May at 20:19. The result says that a time was found. With a space for the T it is
# right. "half an hour" is an hour, "tomorrow 8" is at nine, and "1,000 seconds" are none.
#
# Most would guess: the instant, or nothing found.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check parsedatetime==2.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import parsedatetime

NOW = datetime.datetime(2024, 5, 15, 10)
TEXTS = (
    "2024-01-01T10:00:00Z",
    "2019-01-01T10:00",
    "2024-01-01 10:00",
    "half an hour",
    "tomorrow 8",
    "1,000 seconds",
)
seen = {text: parsedatetime.Calendar().parseDT(text, NOW) for text in TEXTS}
print({text: str(time) for text, (time, _) in seen.items()})
assert {text: (str(time)[5:16], found) for text, (time, found) in seen.items()} == {
    "2024-01-01T10:00:00Z": ("05-15 20:24", 2),
    "2019-01-01T10:00": ("05-15 20:19", 2),
    "2024-01-01 10:00": ("01-01 10:00", 3),
    "half an hour": ("05-15 11:00", 2),
    "tomorrow 8": ("05-16 09:00", 1),
    "1,000 seconds": ("05-15 10:00", 2),
}, seen
print("held: a time of January 2024 is today at 20:24")
PYTHON
