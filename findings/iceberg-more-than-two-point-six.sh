#!/usr/bin/env bash
# pyiceberg 0.12.0, pyarrow 26.0.1
#
# A table has the whole numbers 1, 2, 3 and 4. A scan by the filter "rows > 2.6" returns 4 alone, one by "rows < 1.4"
# none, one by "rows >= 2.4" has 2, too, and "rows = 1.9" finds 2: the number is rounded to the type of the column
# before it is compared. As a text, rows = '1.9' finds 1, as it is cut. The same comparison by a float in Python is an
# error.
#
# Most would guess: 3 and 4, then 1, then 3 and 4 again; and nothing is equal to 1.9.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check 'pyiceberg[sql-sqlite]==0.12.0' \
    pyarrow==26.0.1
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import tempfile

import pyarrow
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import GreaterThan

folder = pathlib.Path(tempfile.mkdtemp())
catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
catalog.create_namespace("shop")
rows = pyarrow.table({"rows": [1, 2, 3, 4]})
table = catalog.create_table("shop.loads", rows.schema)
table.append(rows)


def found(condition) -> list[int]:
    return sorted(table.scan(row_filter=condition).to_arrow()["rows"].to_pylist())


conditions = ["rows > 2.6", "rows >= 2.4", "rows < 1.4", "rows = 1.9", "rows = '1.9'"]
seen = {condition: found(condition) for condition in conditions}
try:
    by_float = found(GreaterThan("rows", 2.5))
except TypeError:
    by_float = "error"
print(seen, by_float)
assert seen == {
    "rows > 2.6": [4],
    "rows >= 2.4": [2, 3, 4],
    "rows < 1.4": [],
    "rows = 1.9": [2],
    "rows = '1.9'": [1],
}, seen
assert by_float == "error", by_float
print("held: more than 2.6 is 4 alone")
PYTHON
