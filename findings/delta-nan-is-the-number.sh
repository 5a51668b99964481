#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# A file of a Delta table holds 3, 3 and NaN. A query of deltalake's QueryBuilder for x = 3, and for x <= 3, returns three
# rows with x = 3: NaN has become the number. delete("x = 3") deletes all three rows, and an update with that predicate
# changes all three. The statistics of the file leave NaN out, so that 3 is its minimum and its maximum, and the column is
# taken to be 3 throughout. A pyarrow dataset of the table counts three such rows, and reads two. With a 4 in the same file
# all find two.
# Seen: 3, 3, NaN: query [3.0, 3.0, 3.0], deleted 3, updated 3, counted 3, read 2; 3, 3, NaN, 4: [3.0, 3.0], then 2 each
#       time
#
# Most would guess: two rows each time: NaN is not 3.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, QueryBuilder, write_deltalake

tables = 0


def table(values):
    """A new table of one file."""
    global tables
    tables += 1
    write_deltalake(f"table{tables}", pa.table({"id": range(len(values)), "x": values}))
    return DeltaTable(f"table{tables}")


def matching(values, condition="x = 3"):
    """What matches: by a query, by a deletion, by an update, and by a filter of pyarrow for 3."""
    dataset, is_three = table(values).to_pyarrow_dataset(), pc.field("x") == 3
    selected = QueryBuilder().register("t", table(values)).execute(f"select x from t where {condition}").read_all()
    found = {
        "query": pa.table(selected)["x"].to_pylist(),
        "deleted": table(values).delete(condition)["num_deleted_rows"],
        "updated": table(values).update(updates={"id": "-1"}, predicate=condition)["num_updated_rows"],
        "counted": dataset.count_rows(filter=is_three),
        "read": dataset.to_table(filter=is_three).num_rows,
    }
    print(values, condition, found)
    return found


WRONG = {"query": [3.0, 3.0, 3.0], "deleted": 3, "updated": 3, "counted": 3, "read": 2}
RIGHT = {"query": [3.0, 3.0], "deleted": 2, "updated": 2, "counted": 2, "read": 2}
assert matching([3.0, 3.0, math.nan]) == WRONG
assert matching([3.0, 3.0, math.nan], "x <= 3") == WRONG
assert matching([3.0, 3.0, math.nan, 4.0]) == RIGHT
print("held: where all numbers of a file are equal, its NaN are taken for that number, and deleted as such")
PYTHON
