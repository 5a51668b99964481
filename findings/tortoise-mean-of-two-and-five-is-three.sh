#!/usr/bin/env bash
# tortoise-orm 1.1.9, aiosqlite 0.22.1
#
# The result of a function has the type of its column. So the mean of the integers 2 and 5 is 3, as 3.5 is cut, and both
# the sum and the mean of True, True and False are True. In SQLite a quarter of an amount of 10.00 is 2, and of 10.50 it
# is 2.625. A fraction that is compared with integers is cut first: 2 is not below 2.5, and 2.9 finds 2.
# Seen: Avg 3, Sum of True, True, False: True; 10.00 / 4: 2; pieces < 2.5: none; pieces = 2.9: one
#
# Most would guess: 3.5, 2, 2.5, the order of 2, and none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1

cd "$folder"
cat >store.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Order(Model):
    id = fields.IntField(primary_key=True)
    pieces = fields.IntField()
    amount = fields.DecimalField(max_digits=12, decimal_places=2)
    paid = fields.BooleanField()
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import decimal
import sys

sys.path.insert(0, "")

from store import Order  # noqa: E402
from tortoise import Tortoise  # noqa: E402
from tortoise.expressions import F  # noqa: E402
from tortoise.functions import Avg, Sum  # noqa: E402


async def look():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["store"]})
    await Tortoise.generate_schemas()
    for number, (pieces, amount, paid) in enumerate(((2, "10.00", True), (5, "10.50", True), (5, "0.01", False))):
        await Order.create(id=number, pieces=pieces, amount=decimal.Decimal(amount), paid=paid)
    two = Order.filter(id__lt=2)
    seen = {
        "mean": (await two.annotate(it=Avg("pieces")).values("it"))[0]["it"],
        "sum of flags": (await Order.annotate(it=Sum("paid")).values("it"))[0]["it"],
        "mean of flags": (await Order.annotate(it=Avg("paid")).values("it"))[0]["it"],
        "quarter": await two.annotate(it=F("amount") / 4).order_by("id").values_list("it", flat=True),
        "below 2.5": await Order.filter(pieces__lt=2.5).count(),
        "is 2.9": await Order.filter(pieces=2.9).count(),
    }
    await Tortoise.close_connections()
    return seen


seen = asyncio.run(look())
print(seen)
assert seen == {
    "mean": 3,
    "sum of flags": True,
    "mean of flags": True,
    "quarter": [2, 2.625],
    "below 2.5": 0,
    "is 2.9": 1,
}, seen
assert seen["sum of flags"] is True and seen["mean of flags"] is True
print("held: the mean of 2 and 5 is 3")
PYTHON
