#!/usr/bin/env bash
# clickhouse-connect 1.12.0
#
# A time with a zone that is bound to a query is written without one, by the clock of the host unless the server's
# zone is given to the function: 10:00 in Berlin is '10:00:00' on a host in Berlin, '09:00:00' on one in UTC and
# '04:00:00' on one in New York, and the server reads each by its own clock. A time without a zone is written as it
# is. In a query of Python's format microseconds are left out, so a filter for what is newer than the newest row finds
# that row again. A tuple of one is no tuple: (1,) is (1), a number.
# Seen: 10:00:00, 09:00:00, 04:00:00; .999999 -> '10:00:00'
#
# Most would guess: one instant is one text, whatever the host.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  clickhouse-connect==1.12.0 tzdata==2026.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os
import time
import zoneinfo

from clickhouse_connect.driver.binding import bind_query, finalize_query

instant = datetime.datetime(2024, 1, 2, 10, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))


def bound(zone):
    os.environ["TZ"] = zone
    time.tzset()
    text = bind_query("{at:DateTime}", {"at": instant})[1]["param_at"]
    texts = {finalize_query("%(at)s", {"at": instant}), f"'{text}'"}
    assert len(texts) == 1, texts
    return texts.pop()


seen = {zone: bound(zone) for zone in ("Europe/Berlin", "UTC", "America/New_York")}
fraction = finalize_query("%(at)s", {"at": datetime.datetime(2024, 1, 2, 10, 0, 0, 999999)})
single = finalize_query("%(ids)s", {"ids": (1,)})
print(seen, fraction, single)
assert seen == {
    "Europe/Berlin": "'2024-01-02 10:00:00'",
    "UTC": "'2024-01-02 09:00:00'",
    "America/New_York": "'2024-01-02 04:00:00'",
}, seen
assert (fraction, single) == ("'2024-01-02 10:00:00'", "(1)")
print("held: an instant is another text on another host")
PYTHON
