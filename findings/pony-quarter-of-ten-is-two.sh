#!/usr/bin/env bash
# pony 0.7.20 (SQLite)
#
# A query of Pony is written as a generator in Python, and computed as the database does. Amounts of two digits after
# the point, `Decimal`: a quarter of 10.00 is 2 and that of 10.50 is 2.625, so that a filter for a quarter above 2.4
# misses 10.00; of the entity itself it is 2.50. -7 // 3 and -7 % 3 are -2 and -1, in Python -3 and 2. With eight digits
# after the point an amount loses those from the third on, and is found by what it was.
# Seen: 10.00 / 4 = 2, 10.50 / 4 = 2.625; -7 // 3 = -2, -7 % 3 = -1; 12345678901234.12345678 -> 12345678901234.12300000
#
# Most would guess: 2.5, and what the same expression has in Python.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pony==0.7.20

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from pony.orm import Database, Optional, Required, db_session, select

database = Database("sqlite", ":memory:")


class Order(database.Entity):
    amount = Required(Decimal, precision=12, scale=2)
    exact = Optional(Decimal, precision=24, scale=8)
    change = Required(int)


database.generate_mapping(create_tables=True)
LONG = Decimal("12345678901234.12345678")
with db_session:
    Order(id=1, amount=Decimal("10.00"), exact=LONG, change=-7)
    Order(id=2, amount=Decimal("10.50"), change=7)
with db_session:
    seen = {
        "quarter": [quarter for _, quarter in select((row.id, row.amount / 4) for row in Order).order_by(1)[:]],
        "by Python": [row.amount / 4 for row in Order.select().order_by(Order.id)],
        "above": list(select(row.id for row in Order if row.amount / 4 > Decimal("2.4"))),
        "divided": select((row.change // 3, row.change % 3) for row in Order if row.id == 1).get(),
        "Python": [(row.change // 3, row.change % 3) for row in Order.select() if row.id == 1],
        "found": list(select(row.id for row in Order if row.exact == LONG)),
        "exact": str(Order[1].exact),
    }
print(seen)
assert seen == {
    "quarter": [2, Decimal("2.625")],
    "by Python": [Decimal("2.5"), Decimal("2.625")],
    "above": [2],
    "divided": (-2, -1),
    "Python": [(-3, 2)],
    "found": [1],
    "exact": "12345678901234.12300000",
}, seen
print("held: a quarter of 10.00 is 2")
PYTHON
