#!/usr/bin/env bash
# datefinder 1.0.0, python-dateutil 2.9.0.post0
#
# datefinder finds dates in texts. A release and an address of a host are dates, without a word. Of a day that goes
# with an offset, as ISO 8601 has it, the offset is left out, so that 10:00 two hours east is 10:00 of anywhere, and
# one with EST is found twice. From 5 May to 7 May is 7 May, and 10 May at 5 pm is midnight.
# Seen: version 1.10.2 -> 2002-01-10, 192.168.1.10 -> 0168-01-10, 2024-01-02T10:00:00+02:00 -> 10:00 without a zone
#
# Most would guess: no date, no date, and 10:00 at +02:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datefinder==1.0.0 python-dateutil==2.9.0.post0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import datefinder

NOW = datetime.datetime(2024, 1, 10)
RESULTS = {
    "version 1.10.2": ["2002-01-10 00:00:00"],
    "host 192.168.1.10": ["0168-01-10 00:00:00"],
    "2024-01-02T10:00:00+02:00": ["2024-01-02 10:00:00"],
    "2024-01-02 10:00 EST": ["2024-01-02 10:00:00", "2024-01-02 10:00:00"],
    "5 May to 7 May 2024": ["2024-05-07 00:00:00"],
    "10 May 2024 at 5 pm": ["2024-05-10 00:00:00"],
}
seen = {text: [str(one) for one in datefinder.find_dates(text, base_date=NOW)] for text in RESULTS}
print(seen)
assert seen == RESULTS, seen
PYTHON
echo "held: a release is a day"
