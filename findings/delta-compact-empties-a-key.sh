#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1, polars 2.1.0
#
# A Delta table is partitioned by a text that is "a", empty and null. For deltalake's queries and for Polars the empty one
# and the null are two partitions. After optimize.compact(), which is there to merge small files, both are null: a query for
# p = '' finds nothing, and delete("p is null") deletes twice as many rows as before. A pyarrow dataset of the table has had
# both as null from the start. A key of bytes, b"a", is read as the six characters of an escape, and a compaction escapes
# it again: it has 36 characters then.
# Seen, each row twice: p = '' / p is null / deleted: before [2] / [3] / 2, after compaction [] / [2, 3] / 4; lengths of the
#       key of one byte: 6, then 36
#
# Most would guess: a compaction changes files, and no answers; an empty text and null stay what they are, for each reader.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder, write_deltalake


def answers(name, *, compacted):
    """Which rows have an empty key, which have none, the keys for Polars and pyarrow, and how many a delete takes."""
    for _ in range(2):
        data = pa.table({"p": ["a", "", None], "x": [1, 2, 3]})
        write_deltalake(name, data, partition_by=["p"], mode="append")
    table = DeltaTable(name)
    if compacted:
        table.optimize.compact()

    def rows(condition):
        found = QueryBuilder().register("t", table).execute(f"select distinct x from t where {condition} order by x")
        return pa.table(found.read_all())["x"].to_pylist()

    keys = [
        {row["x"]: row["p"] for row in rows_of.to_dicts()}
        for rows_of in (pl.read_delta(name), pl.from_arrow(table.to_pyarrow_dataset().to_table()))
    ]
    empty, null = rows("p = ''"), rows("p is null")
    deleted = table.delete("p is null")["num_deleted_rows"]
    print("compacted:", compacted, empty, null, "Polars", keys[0], "pyarrow", keys[1], "deleted:", deleted)
    return empty, null, keys, deleted


NO_KEY = {1: "a", 2: None, 3: None}
assert answers("before", compacted=False) == ([2], [3], [{1: "a", 2: "", 3: None}, NO_KEY], 2)
assert answers("after", compacted=True) == ([], [2, 3], [NO_KEY, NO_KEY], 4)
for _ in range(2):
    write_deltalake("bytes", pa.table({"p": [b"a"], "x": [1]}), partition_by=["p"], mode="append")
table, lengths = DeltaTable("bytes"), []
for _ in range(2):
    lengths.append(sorted({len(key) for key in table.to_pyarrow_dataset().to_table()["p"].to_pylist()}))
    table.optimize.compact()
print("lengths of a key of one byte:", lengths)
assert lengths == [[6], [36]], lengths
print("held: a compaction makes null of an empty key, and a delete of those without one takes it, too")
PYTHON
