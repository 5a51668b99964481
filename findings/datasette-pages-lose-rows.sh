#!/usr/bin/env bash
# datasette 0.65.5
#
# A table in SQLite may have a column without a type, as one made by `create table as select 1 * n` has. Datasette
# goes from page to page by the last value of a page, which it passes as a text, and a text is above all numbers in
# such a column: in rising order the pages end early, with all rows behind the first page of numbers left out, and in
# falling order the first page comes again for ever. A filter for 1 finds nothing there. A search in a table without
# an index for it finds all rows, and of two columns of one name JSON has the second.
# Seen: 10 of 30 rows; page 2 is page 1; _search=zebra: all rows
#
# Most would guess: the pages together are the table, as they are by a column of integers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datasette==0.65.5 setuptools==80.9.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sqlite3

from datasette.app import Datasette

connection = sqlite3.connect("data.db")
connection.execute("create table n(id integer primary key, whole integer)")
connection.executemany("insert into n values(?, ?)", [(number, number) for number in range(30)])
connection.execute("create table numbers as select id, whole, 1 * whole as plain from n")
connection.commit()
client = Datasette(["data.db"]).client
loop = asyncio.new_event_loop()


def get(query):
    return loop.run_until_complete(client.get(f"/data{query}")).json()


def pages(sort):
    found, following = [], ""
    while following is not None and len(found) < 60:
        page = get(f"/numbers.json?_shape=objects&_size=10&{sort}{following}")
        found += [row["id"] for row in page["rows"]]
        following = f"&_next={page['next']}" if page["next"] else None
    return len(found), len(set(found))


seen = {
    "integer": pages("_sort=whole"),
    "plain": pages("_sort=plain"),
    "plain, falling": pages("_sort_desc=plain"),
    "filter": len(get("/numbers.json?_shape=objects&plain=1")["rows"]),
    "search": len(get("/numbers.json?_shape=objects&_search=zebra")["rows"]),
    "two names": get(".json?sql=select+1+as+a,+2+as+a&_shape=objects")["rows"],
}
print(seen)
assert seen["integer"] == (30, 30) and seen["plain"] == (10, 10), seen
assert seen["plain, falling"] == (60, 10), seen
assert (seen["filter"], seen["search"], seen["two names"]) == (0, 30, [{"a": 2}]), seen
print("held: the pages of a table are not the table")
PYTHON
