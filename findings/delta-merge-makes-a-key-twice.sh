#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# A merge compares keys in the type that both sides can have, and stores them in the type of the table. The key 2.5
# matches no integer, so it is inserted, as 2: the table has two rows of key 2. The number 1 matches the texts "1" and
# "01" alike, so both rows become key "1" with the value of one. A column that is named V updates no v, without an
# error, and the row counts as updated.
# Seen: keys 1, 2, 2; keys "1", "1"; v stays 10 with one row updated
#
# Most would guess: an error, or keys that are compared as they are stored.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pyarrow
from deltalake import DeltaTable, write_deltalake


def merge(name, target, source):
    write_deltalake(name, pyarrow.table(target))
    merger = DeltaTable(name).merge(pyarrow.table(source), "t.k = s.k", source_alias="s", target_alias="t")
    metrics = merger.when_matched_update_all().when_not_matched_insert_all().execute()
    rows = DeltaTable(name).to_pyarrow_table().to_pylist()
    return metrics["num_target_rows_updated"], sorted((row["k"], row["v"]) for row in rows)


seen = {
    "float": merge("float", {"k": [1, 2], "v": [10, 20]}, {"k": [1.0, 2.5], "v": [11, 25]}),
    "text": merge("text", {"k": ["1", "01"], "v": [10, 20]}, {"k": [1], "v": [11]}),
    "name": merge("name", {"k": [1], "v": [10]}, {"k": [1], "V": [11]}),
}
print(seen)
assert seen == {
    "float": (1, [(1, 11), (2, 20), (2, 25)]),
    "text": (2, [("1", 11), ("1", 11)]),
    "name": (1, [(1, 10)]),
}, seen
print("held: a merge by key makes a key twice")
PYTHON
