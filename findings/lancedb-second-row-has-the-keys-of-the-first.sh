#!/usr/bin/env bash
# lancedb 0.40.0, pyarrow 26.0.1
#
# Rows as dictionaries have the columns of the first one: what a later row has beyond it is left out, without an error,
# also where the table has that column; an unknown key in the first row is an error. A fraction for a column of integers
# is cut by `add()` and by `update()`, and an error in `merge_insert()` and in a filter.
# Seen: add {"k": 2}, {"k": 3, "v": 5} -> v missing twice; add 2.9 -> 2, update to -7.9 -> -7
#
# Most would guess: 5 for the row that has it, and an error for a fraction by each of the four.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check lancedb==0.40.0 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import lancedb

database = lancedb.connect("store")
table = database.create_table("runs", [{"k": 1, "v": 1}])


def stored():
    return {row["k"]: row["v"] for row in table.to_arrow().to_pylist()}


def refused(call):
    try:
        call()
    except (ValueError, RuntimeError):
        return True
    return False


seen = {"created": database.create_table("new", [{"k": 1}, {"k": 2, "v": 5}]).schema.names}
table.add([{"k": 2}, {"k": 3, "v": 5}])
seen["added"] = stored()
table.add([{"k": 4, "v": 4}, {"k": 5, "v": 5, "errors": 9}])
table.add([{"k": 6, "v": 2.9}])
table.update(where="k = 1", values={"v": -7.9})
seen["cut"] = (stored()[6], stored()[1])
seen["refused"] = [
    refused(lambda: table.add([{"k": 7, "v": 7, "errors": 9}])),
    refused(lambda: table.merge_insert("k").when_matched_update_all().execute([{"k": 1, "v": 2.9}])),
    refused(lambda: table.count_rows("v < 2.5")),
]
print(seen)
assert seen == {
    "created": ["k"],
    "added": {1: 1, 2: None, 3: None},
    "cut": (2, -7),
    "refused": [True, True, True],
}, seen
print("held: the second row has the keys of the first")
PYTHON
