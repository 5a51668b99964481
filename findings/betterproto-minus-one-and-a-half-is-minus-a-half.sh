#!/usr/bin/env bash
# betterproto 1.2.5
#
# Messages of Protocol Buffers. A duration of -1.5 seconds is -0.5 when its bytes are read, and a time of 1960 that
# ends with half a second is a second later: the fraction is taken from the whole and the second is rounded towards
# zero. A time at two hours east is converted in bytes and keeps its hour in JSON, with a Z. A number that does not fit
# is written: -1 in 32 bits without a sign is 18446744073709551615, and 2 to the power of 40 in 32 bits is 0. From JSON
# 5.7 is 5 and "false" a text, which is true.
# Seen: -0.5 s of -1.5 s, and 03:04:05Z in JSON beside 01:04:05 in bytes
#
# Most would guess: what was written, one instant by both, and an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check betterproto==1.2.5

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import betterproto


@dataclass
class Run(betterproto.Message):
    at: datetime = betterproto.message_field(1)
    took: timedelta = betterproto.message_field(2)
    rows: int = betterproto.int32_field(3)
    total: int = betterproto.int64_field(6)
    size: int = betterproto.uint32_field(4)
    failed: bool = betterproto.bool_field(5)


def copy(**fields):
    return Run().parse(bytes(Run(**fields)))


def holds(text, seen, expected):
    print(f"{text}: {seen!r}")
    assert seen == expected, text


holds("1.5 seconds", copy(took=timedelta(seconds=1.5)).took.total_seconds(), 1.5)
holds("-1.5 seconds", copy(took=timedelta(seconds=-1.5)).took.total_seconds(), -0.5)
old = datetime(1960, 1, 2, 3, 4, 5, 500000, tzinfo=timezone.utc)
holds("1960", str(copy(at=old).at), "1960-01-02 03:04:06.500000+00:00")
east = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
holds("two hours east in bytes", str(copy(at=east).at), "2024-01-02 01:04:05+00:00")
holds("two hours east in JSON", Run(at=east).to_json(), '{"at": "2024-01-02T03:04:05Z"}')
holds("-1", copy(size=-1).size, 18446744073709551615)
holds("2 to the power of 40", copy(rows=2**40).rows, 0)
holds("5.7", Run().from_json('{"total": 5.7}').total, 5)
holds("false", bool(Run().from_json('{"failed": "false"}').failed), True)
print("held: -1.5 seconds are -0.5")
PYTHON
