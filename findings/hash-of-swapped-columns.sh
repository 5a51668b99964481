#!/usr/bin/env bash
# pandas 3.1.1, polars 2.1.0
#
# Two columns swap their names: the hashes of the rows stay the same, in pandas and in polars. They stay the same too when
# integers become 32 bits wide, and all differ when the same numbers become floats.
#
# Most would guess: names count, as they do where two tables are compared; the width of a number counts as much as its kind.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import polars

tables = {
    "pandas": (
        lambda table: list(pandas.util.hash_pandas_object(table)),
        pandas.DataFrame({"gross": [119, 238], "net": [100, 200]}),
        lambda table: table.rename(columns={"gross": "net", "net": "gross"}),
        lambda table: table.astype("int32"),
        lambda table: table.astype("float64"),
    ),
    "polars": (
        lambda table: table.hash_rows(seed=1).to_list(),
        polars.DataFrame({"gross": [119, 238], "net": [100, 200]}),
        lambda table: table.rename({"gross": "net", "net": "gross"}),
        lambda table: table.cast(polars.Int32),
        lambda table: table.cast(polars.Float64),
    ),
}
seen = {}
for library, (hashed, table, swapped, narrow, floats) in tables.items():
    assert not table.equals(swapped(table))
    seen[library] = [hashed(change(table)) == hashed(table) for change in (swapped, narrow, floats)]
print(seen)
assert seen == {"pandas": [True, True, False], "polars": [True, True, False]}, seen
print("held: the hash of rows knows no names of columns, and no width of integers")
PYTHON
