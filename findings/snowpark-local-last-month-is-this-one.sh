#!/usr/bin/env bash
# snowflake-snowpark-python 1.56.0 (local testing), pandas 3.1.1
#
# By Snowflake's manual DATEDIFF counts the borders of a unit that are crossed: from 31 January to 1 February it is a
# month, from 23:59:59 to midnight a day, from 31 December to 1 January a year. The local testing of Snowpark counts
# whole units: 0 for each. A negative place in SUBSTRING counts from the end, here from the start; 2.5 as an integer
# is 3, here 2; the rest of -7 by 2 is -1, here 1; and an offset in a text of a time is dropped. 0.10 + 0.20 of
# decimals is 0.300000000000000044. Each without an error, so a test is green by another result.
#
# Most would guess: Snowflake's results, or an error as for what is not implemented.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  "snowflake-snowpark-python[localtest]==1.56.0" pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import snowflake.snowpark.functions as F
from snowflake.snowpark import Session
from snowflake.snowpark.functions import lit
from snowflake.snowpark.types import IntegerType

from decimal import Decimal

session = Session.builder.config("local_testing", True).create()
one = session.create_dataframe([[1]], schema=["x"])


def value(expression):
    return one.select(expression).collect()[0][0]


def between(unit, start, end):
    return int(value(F.datediff(unit, F.to_timestamp(lit(start)), F.to_timestamp(lit(end)))))


prices = session.create_dataframe([[Decimal("0.10")], [Decimal("0.20")]], schema=["price"])
seen = {
    "month": between("month", "2024-01-31 00:00:00", "2024-02-01 00:00:00"),
    "day": between("day", "2024-01-01 23:59:59", "2024-01-02 00:00:00"),
    "year": between("year", "2023-12-31 00:00:00", "2024-01-01 00:00:00"),
    "last two": value(F.substring(lit("hello"), lit(-2), lit(2))),
    "2.5": int(value(lit(2.5).cast(IntegerType()))),
    "rest": int(value(lit(-7) % lit(2))),
    "east": value(F.to_timestamp(lit("2024-01-02T10:00:00+02:00"))).isoformat(),
    "sum": str(prices.agg(F.sum("price")).collect()[0][0]),
}
print(seen)
assert seen == {
    "month": 0,
    "day": 0,
    "year": 0,
    "last two": "he",
    "2.5": 2,
    "rest": 1,
    "east": "2024-01-02T10:00:00",
    "sum": "0.300000000000000044",
}, seen
print("held: two days of two months are no month apart")
PYTHON
