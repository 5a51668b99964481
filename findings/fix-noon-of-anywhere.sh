#!/usr/bin/env bash
# simplefix 1.0.17
#
# FIX has its times in UTC. A datetime with a zone, 12:00 at five hours east, is written as 12:00 UTC, five hours late,
# by append_utc_timestamp; append_tz_timestamp, which is for times with a zone, writes 12:00Z as well where the host is
# in UTC. The zone is dropped without an error.
#
# Most would guess: 07:00, as a datetime with a zone is one instant.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check simplefix==1.0.17

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os
import time

import simplefix

os.environ["TZ"] = "UTC"
time.tzset()
east = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=5)))

message = simplefix.FixMessage()
message.append_utc_timestamp(52, east)
message.append_utc_time_only(273, east)
message.append_tz_timestamp(1132, east)
message.append_utc_timestamp(60, east.timestamp())
seen = [value.decode() for _, value in message.pairs]
print(seen, east.astimezone(datetime.timezone.utc))
assert seen == ["20240101-12:00:00.000", "12:00:00.000", "20240101-12:00:00.000Z", "20240101-07:00:00.000"], seen
print("held: 12:00 at five hours east is written as 12:00 UTC")
PYTHON
