#!/usr/bin/env bash
# peewee 4.5.3
#
# The result of a computation has the type of its last column: 3 pieces at 2.75 are 8.25 as pieces times price, and 8 as
# price times pieces, since what the database returned is cut to an integer. The mean of all prices less the least
# number of pieces loses its cents, too. With a name, by `.alias("total")`, both are 8.25. A minus in front of a column
# is its order, also among the selected ones: -price is price.
# Seen: 8.25 and 8; with a name 8.25 and 8.25; total of prices by the count of rows: 2, their AVG: 2.0; -price: 2.75
#
# Most would guess: 8.25 in all cases, and -2.75.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check peewee==4.5.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from peewee import FloatField, IntegerField, Model, SqliteDatabase, fn

database = SqliteDatabase(":memory:")


class Order(Model):
    pieces = IntegerField()
    price = FloatField()

    class Meta:
        database = database


database.create_tables([Order])
Order.insert_many([{"pieces": 3, "price": 2.75}, {"pieces": 4, "price": 1.75}]).execute()


def first(expression):
    return Order.select(expression).order_by(Order.id).tuples()[0][0]


seen = {
    "pieces * price": first(Order.pieces * Order.price),
    "price * pieces": first(Order.price * Order.pieces),
    "named": first((Order.price * Order.pieces).alias("total")),
    "price for one": first(fn.SUM(Order.price * Order.pieces) / fn.SUM(Order.pieces)),
    "price for one, named": first((fn.SUM(Order.price * Order.pieces) / fn.SUM(Order.pieces)).alias("mean")),
    "-price": first(-Order.price),
}
print(seen)
assert seen == {
    "pieces * price": 8.25,
    "price * pieces": 8,
    "named": 8.25,
    "price for one": 2,
    "price for one, named": 15.25 / 7,
    "-price": 2.75,
}, seen
print("held: 3 pieces at 2.75 are 8.25, and 2.75 times 3 is 8")
PYTHON
