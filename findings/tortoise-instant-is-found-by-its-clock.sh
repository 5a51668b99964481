#!/usr/bin/env bash
# tortoise-orm 1.1.9, aiosqlite 0.22.1
#
# Tortoise with `use_tz=True` and the zone of Berlin, in SQLite. A time is stored as text in Berlin's zone, and a filter
# is sent in the zone that it has; the texts are compared. So an order of 09:00 in UTC is not found by that time, and
# from 10:00 in UTC on there are those of 09:00 and 09:30, as their texts begin with 10. With the same instants in
# Berlin's zone both are right. In the hour that is twice, the second 02:30 comes before the first.
# Seen: at 09:00 UTC: none, at 10:00 Berlin: 1; from 10:00 UTC on: three, and one; in October the later one is first
#
# Most would guess: that instants are compared, in whatever zone they are given.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  tortoise-orm==1.1.9 aiosqlite==0.22.1 tzdata==2026.6

cd "$folder"
cat >store.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Order(Model):
    id = fields.IntField(primary_key=True)
    moment = fields.DatetimeField()
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import datetime
import sys
import zoneinfo

sys.path.insert(0, "")

from store import Order  # noqa: E402
from tortoise import Tortoise  # noqa: E402

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def clock(hour, minute=0, month=1, day=1):
    return datetime.datetime(2024, month, day, hour, minute, tzinfo=datetime.timezone.utc)


async def look():
    await Tortoise.init(
        db_url="sqlite://:memory:", modules={"models": ["store"]}, use_tz=True, timezone="Europe/Berlin"
    )
    await Tortoise.generate_schemas()
    for number, moment in ((1, clock(9)), (2, clock(9, 30)), (3, clock(11))):
        await Order.create(id=number, moment=moment)

    async def found(**condition):
        return await Order.filter(**condition).order_by("id").values_list("id", flat=True)

    seen = {
        "at 9 in UTC": await found(moment=clock(9)),
        "at 9, for Berlin": await found(moment=clock(9).astimezone(BERLIN)),
        "from 10 in UTC": await found(moment__gte=clock(10)),
        "from 10, for Berlin": await found(moment__gte=clock(10).astimezone(BERLIN)),
        "same": (await Order.get(id=1)).moment == clock(9),
    }
    await Order.all().delete()
    for number, moment in ((1, clock(0, 30, 10, 27)), (2, clock(1, 30, 10, 27))):
        await Order.create(id=number, moment=moment)
    seen["October"] = await Order.all().order_by("moment").values_list("id", flat=True)
    await Tortoise.close_connections()
    return seen


seen = asyncio.run(look())
print(seen)
assert seen == {
    "at 9 in UTC": [],
    "at 9, for Berlin": [1],
    "from 10 in UTC": [1, 2, 3],
    "from 10, for Berlin": [3],
    "same": True,
    "October": [2, 1],
}, seen
print("held: an instant is found by its clock")
PYTHON
