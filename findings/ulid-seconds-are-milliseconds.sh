#!/usr/bin/env bash
# python-ulid 4.1.0
#
# `ULID.from_timestamp` takes a float for seconds and an integer for milliseconds. One Unix time of 2023 is in 2023 as
# 1700000000.0 and on 20 January 1970 as 1700000000: `time.time()` is right, and `int(time.time())` is not.
# Identifiers that were made of whole seconds come before all others, where one sorts by them.
# Seen: 1970-01-20T16:13:20+00:00 of 1700000000, 2023-11-14T22:13:20+00:00 of 1700000000.0
#
# Most would guess: 1700000000 and 1700000000.0 are the same time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-ulid==4.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from ulid import ULID

whole, fraction = ULID.from_timestamp(1700000000), ULID.from_timestamp(1700000000.0)
seen = [made.datetime.isoformat() for made in (whole, fraction)]
print(seen)
assert seen == ["1970-01-20T16:13:20+00:00", "2023-11-14T22:13:20+00:00"], seen
earlier = ULID.from_timestamp(1600000000.5)
assert whole < earlier < fraction
print("held: a whole number of seconds is a time in January 1970")
PYTHON
