#!/usr/bin/env bash
# ormsgpack 1.13.1, msgpack 1.2.4
#
# Times as timestamps of MessagePack, by the option OPT_DATETIME_AS_TIMESTAMP_EXT. Half a second is written, and three
# quarters are not: what is beyond 0.53687 of a second, 2 to the power of 29 nanoseconds, is cut from times after 1970,
# so 03:04:05.75 comes before 03:04:05.5. In 2110 such a time is one of 1974, where half a second is right. A time of
# 1960 is whole. msgpack writes all of them whole, and ormsgpack reads what msgpack wrote as it was.
# Seen: 03:04:05.500000 and 03:04:05 of 03:04:05.5 and 03:04:05.75
#
# Most would guess: both as they were, as the format has nanoseconds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ormsgpack==1.13.1 msgpack==1.2.4

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timezone

import msgpack
import ormsgpack

OPTION = ormsgpack.OPT_DATETIME_AS_TIMESTAMP_EXT


def holds(year, microsecond, expected):
    time = datetime(year, 6, 2, 3, 4, 5, microsecond, tzinfo=timezone.utc)
    seen = ormsgpack.unpackb(ormsgpack.packb(time, option=OPTION), option=OPTION)
    print(f"{time}: {seen}")
    assert str(seen) == expected, time
    assert ormsgpack.unpackb(msgpack.packb(time, datetime=True), option=OPTION) == time, time


holds(2024, 500000, "2024-06-02 03:04:05.500000+00:00")
holds(2024, 536870, "2024-06-02 03:04:05.536870+00:00")
holds(2024, 536871, "2024-06-02 03:04:05+00:00")
holds(2024, 750000, "2024-06-02 03:04:05+00:00")
holds(1960, 750000, "1960-06-02 03:04:05.750000+00:00")
holds(2110, 500000, "2110-06-02 03:04:05.500000+00:00")
holds(2110, 750000, "1974-04-25 20:35:49+00:00")
print("held: three quarters of a second are nothing")
PYTHON
