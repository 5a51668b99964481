#!/usr/bin/env bash
# pyiceberg 0.12.0, pyarrow 26.0.1, duckdb 2.0.1
#
# The filter "name like 'a_c'" finds a_c and not abc, where DuckDB finds both: the underscore is an underscore. With %
# at its end 'a_%' finds what begins with a_. 'a\_%', where the underscore is escaped for SQL, finds what begins with a
# backslash. A % in the middle is an error, and so one expects of _ that it works, or is one.
#
# Most would guess: a pattern of LIKE as in SQL, or an error, as for a % that is not at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check 'pyiceberg[sql-sqlite]==0.12.0' \
    pyarrow==26.0.1 duckdb==2.0.1
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import tempfile

import duckdb
import pyarrow
from pyiceberg.catalog.sql import SqlCatalog

folder = pathlib.Path(tempfile.mkdtemp())
catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
catalog.create_namespace("shop")
names = pyarrow.table({"name": ["abc", "a_c", r"a\_c"]})
table = catalog.create_table("shop.names", names.schema)
table.append(names)


def iceberg(pattern: str):
    try:
        return sorted(table.scan(row_filter=f"name like '{pattern}'").to_arrow()["name"].to_pylist())
    except ValueError:
        return "error"


def sql(pattern: str):
    return sorted(name for (name,) in duckdb.sql(f"from names where name like '{pattern}' escape '\\'").fetchall())


seen = {pattern: (iceberg(pattern), sql(pattern)) for pattern in ("a_c", "a_%", r"a\_%", "%c")}
print(seen)
assert seen == {
    "a_c": (["a_c"], ["a_c", "abc"]),
    "a_%": (["a_c"], [r"a\_c", "a_c", "abc"]),
    r"a\_%": ([r"a\_c"], ["a_c"]),
    "%c": ("error", [r"a\_c", "a_c", "abc"]),
}, seen
print("held: an underscore in LIKE is an underscore")
PYTHON
