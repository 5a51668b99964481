#!/usr/bin/env bash
# pylance 14.0.2, pyarrow 25.0.1
#
# Lance says when a version of a table was made without a zone, in the zone of the process, and takes the same for the
# version as of a time. In Tokyo, the present in UTC without a zone is "earlier than the first version"; with its zone it
# is a TypeError that says nothing of the dataset.
#
# Most would guess: UTC, as tables of other formats have it, or times with their zone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pylance==14.0.2 pyarrow==25.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os
import time

import lance
import pyarrow

os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
table = lance.write_dataset(pyarrow.table({"id": [1]}), "table.lance")
made, now = table.versions()[0]["timestamp"], datetime.datetime.now(datetime.UTC)


def as_of(moment: datetime.datetime) -> object:
    try:
        return lance.dataset("table.lance", asof=moment).version
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


seen = {
    "zone": made.tzinfo,
    "hours from UTC": round((made - now.replace(tzinfo=None)).total_seconds() / 3600),
    "local": as_of(datetime.datetime.now()),
    "UTC": as_of(now.replace(tzinfo=None)).partition(" is ")[2],
    "UTC, with its zone": as_of(now),
}
print(seen)
assert seen == {
    "zone": None,
    "hours from UTC": 9,
    "local": 1,
    "UTC": "earlier than the first version of this dataset",
    "UTC, with its zone": "TypeError: can't compare offset-naive and offset-aware datetimes",
}, seen
print("held: a version is as of a time without a zone, in the zone of the process")
PYTHON
