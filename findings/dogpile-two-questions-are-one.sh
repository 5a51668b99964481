#!/usr/bin/env bash
# dogpile.cache 1.5.0, cashews 7.6.0
#
# The result of a function that is cached is found by the texts of its arguments, put together. In dogpile.cache the
# rows of ("eu orders", "2024") are returned for ("eu", "orders 2024"), those of the text "2024-01-02" for that day, and
# those of the number 7 for the text "7". In cashews ("eu:orders",) is ("eu", "orders"), an empty text is a missing one,
# and the list ["eu"] is the text "eu". A time of "1M" is a minute there. Nothing is said, as the keys are equal.
# Seen: rows of eu orders and 2024 for eu and orders 2024; 7 for "7"; None for an empty text; ["eu"] for "eu"; 60
#
# Most would guess: a result of their own for other arguments, and a month.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dogpile.cache==1.5.0 cashews==7.6.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import datetime

from cashews import cache
from cashews.ttl import ttl_to_seconds
from dogpile.cache import make_region

region = make_region().configure("dogpile.cache.memory")


@region.cache_on_arguments()
def rows(*question):
    return question


day = datetime.date(2024, 1, 2)
pairs = [(("eu orders", "2024"), ("eu", "orders 2024")), (("2024-01-02",), (day,)), ((7,), ("7",))]
for first, second in pairs:
    assert rows(*first) == first
    print(second, "->", rows(*second))
    assert rows(*second) == first, second

cache.setup("mem://")


@cache(ttl="1h")
async def load(*question):
    return question


@cache(ttl="1h")
async def find(name):
    return name


async def look():
    seen = []
    for function, first, second in (
        (load, ("eu:orders",), ("eu", "orders")),
        (find, (None,), ("",)),
        (find, (["eu"],), ("eu",)),
        (find, (7,), ("7",)),
    ):
        await function(*first)
        seen.append(await function(*second))
    return seen


seen = asyncio.run(look())
print(seen, ttl_to_seconds("1M"))
assert seen == [("eu:orders",), None, ["eu"], 7] and ttl_to_seconds("1M") == 60, seen
print("held: two questions are one")
PYTHON
