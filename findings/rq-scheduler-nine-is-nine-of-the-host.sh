#!/usr/bin/env bash
# rq-scheduler 0.14.0, rq 3.0.0, crontab 1.0.5
#
# A cron job of rq-scheduler takes `use_local_timezone=False`, the default, so that its hours are not those of the host.
# The time is computed by the clock of the host in both cases, and only written down in the one zone or the other: on a
# host in Tokyo `0 9 * * *` is midnight in UTC with and without it, in Kolkata 03:30.
# Seen: host in UTC 09:00, in Tokyo 00:00, in Kolkata 03:30, each in UTC and by default
#
# Most would guess: 09:00 in UTC on all hosts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  rq-scheduler==0.14.0 rq==3.0.0 crontab==1.0.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os
import time
import warnings

from rq_scheduler.utils import get_next_scheduled_time

warnings.simplefilter("ignore")
seen = {}
for zone in ("UTC", "Asia/Tokyo", "Asia/Kolkata"):
    os.environ["TZ"] = zone
    time.tzset()
    default = get_next_scheduled_time("0 9 * * *")
    local = get_next_scheduled_time("0 9 * * *", use_local_timezone=True)
    assert default == local, (default, local)
    assert default.utcoffset().total_seconds() == 0
    seen[zone] = f"{default:%H:%M}"
print(seen)
assert seen == {"UTC": "09:00", "Asia/Tokyo": "00:00", "Asia/Kolkata": "03:30"}, seen
print("held: nine is nine of the host")
PYTHON
