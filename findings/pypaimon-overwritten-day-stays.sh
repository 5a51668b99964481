#!/usr/bin/env bash
# pypaimon 2.1.0, pyarrow 19.0.1
#
# `overwrite({"day": "b"})` replaces the days of the rows that are written, whatever day it names. With no rows it
# replaces none, so that a day without orders keeps its old ones; with rows of another day that one is replaced, and b
# is not. Both are committed without an error. With the option dynamic-partition-overwrite off the first empties the
# day and the second is an error. A table whose merge engine is first-row has no rows for the one who reads it, however
# many were committed.
# Seen: overwrite b by nothing: b stays; b by rows of a: a is replaced, b stays; first-row: 0 of 2 rows
#
# Most would guess: an empty day, an error, and two rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pypaimon==2.1.0 pyarrow==19.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os

import pyarrow as pa
from pypaimon import CatalogFactory, Schema

COLUMNS = pa.schema([("id", pa.int64()), ("day", pa.string())])
catalog = CatalogFactory.create({"warehouse": os.getcwd() + "/warehouse"})
catalog.create_database("store", True)


def rows(text):
    return pa.table({"id": [int(pair[0]) for pair in text.split()], "day": [pair[1] for pair in text.split()]}, COLUMNS)


def write(table, text, overwritten=None):
    builder = table.new_batch_write_builder()
    if overwritten is not None:
        builder = builder.overwrite(overwritten)
    writer, commit = builder.new_write(), builder.new_commit()
    writer.write_arrow(rows(text))
    commit.commit(writer.prepare_commit())
    writer.close()
    commit.close()


def read(table):
    builder = table.new_read_builder()
    found = builder.new_read().to_arrow(builder.new_scan().plan().splits()).to_pylist()
    return " ".join(sorted(f"{row['id']}{row['day']}" for row in found))


def made(name, **options):
    catalog.create_table(f"store.{name}", Schema.from_pyarrow_schema(COLUMNS, **options), False)
    return catalog.get_table(f"store.{name}")


def overwritten(name, text, **options):
    table = made(name, partition_keys=["day"], options=options)
    write(table, "1a 2b 3b")
    write(table, text, {"day": "b"})
    return read(table)


seen = {
    "by itself": overwritten("itself", "9b"),
    "by nothing": overwritten("nothing", ""),
    "by another": overwritten("another", "9a"),
    "static": overwritten("static", "", **{"dynamic-partition-overwrite": "false"}),
}
for engine in ("deduplicate", "first-row"):
    table = made(engine.replace("-", ""), primary_keys=["id"], options={"bucket": "1", "merge-engine": engine})
    write(table, "1a 2b")
    seen[engine] = read(table)
print(seen)
assert seen == {
    "by itself": "1a 9b",
    "by nothing": "1a 2b 3b",
    "by another": "2b 3b 9a",
    "static": "1a",
    "deduplicate": "1a 2b",
    "first-row": "",
}, seen
print("held: a day that is overwritten by nothing stays")
PYTHON
