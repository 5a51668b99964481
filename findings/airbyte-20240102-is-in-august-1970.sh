#!/usr/bin/env bash
# airbyte-cdk 7.39.1
#
# ab_datetime_parse() of Airbyte's connectors is to read any date. A text of digits alone is a Unix time in seconds to
# it: the day 20240102, as ISO 8601 writes it without hyphens, is 23 August 1970, the month 202401 is 3 January 1970
# and the year 2024 is 00:33:44 of the first day. A cursor that goes on from there reads all again. The name of a zone
# is dropped, so 10:00 EST is 10:00 in UTC, and 01/02/2024 is 2 January where 13/02/2024 is 13 February.
# Seen: 20240102 -> 1970-08-23T06:15:02+00:00, 2024-01-02T10:00:00 EST -> 10:00 in UTC
#
# Most would guess: 2 January 2024, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check airbyte-cdk==7.39.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse

TEXTS = ["2024-01-02", "20240102", "202401", "2024", "2024-01-02T10:00:00 EST", "01/02/2024", "13/02/2024"]

seen = {text: str(ab_datetime_parse(text)) for text in TEXTS}
print(seen)
assert seen == {
    "2024-01-02": "2024-01-02T00:00:00+00:00",
    "20240102": "1970-08-23T06:15:02+00:00",
    "202401": "1970-01-03T08:13:21+00:00",
    "2024": "1970-01-01T00:33:44+00:00",
    "2024-01-02T10:00:00 EST": "2024-01-02T10:00:00+00:00",
    "01/02/2024": "2024-01-02T00:00:00+00:00",
    "13/02/2024": "2024-02-13T00:00:00+00:00",
}, seen
print("held: a day of 2024 is in 1970")
PYTHON
