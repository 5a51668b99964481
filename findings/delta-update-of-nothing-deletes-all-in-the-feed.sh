#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# In the change data feed of a Delta table an update of one row is its image before and after. If the new value is the
# one that is there, as when a job runs twice, the feed has the deletion and the insertion of all rows of the file,
# with those that the update does not name. A reader of the feed that counts, bills or notifies by deletions takes
# each row for deleted.
# Seen: update to 11 -> preimage and postimage of row 1; update to 10 -> delete 1, delete 2, insert 1, insert 2
#
# Most would guess: the image before and after of one row, which are equal, or nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pyarrow
from deltalake import DeltaTable, write_deltalake


def feed(name, value):
    table = pyarrow.table({"k": [1, 2], "v": [10, 20]})
    write_deltalake(name, table, configuration={"delta.enableChangeDataFeed": "true"})
    updated = DeltaTable(name).update(predicate="k = 1", updates={"v": value})["num_updated_rows"]
    changes = pyarrow.table(DeltaTable(name).load_cdf(starting_version=1).read_all()).to_pylist()
    return updated, sorted((row["_change_type"], row["k"], row["v"]) for row in changes)


seen = {"new value": feed("new", "11"), "same value": feed("same", "10")}
print(seen)
assert seen == {
    "new value": (1, [("update_postimage", 1, 11), ("update_preimage", 1, 10)]),
    "same value": (1, [("delete", 1, 10), ("delete", 2, 20), ("insert", 1, 10), ("insert", 2, 20)]),
}, seen
print("held: an update of nothing deletes all rows")
PYTHON
