#!/usr/bin/env bash
# pyiceberg 0.12.0, pyarrow 26.0.1
#
# table.overwrite(one row) on a table of three rows makes two snapshots, "delete" and then "append"; none has the operation
# "overwrite", which the Iceberg format has. Between them the history holds a table of 0 rows, and the last snapshot
# looks like an ordinary append. An append of no rows makes a snapshot too, whose summary lacks added-records.
# Seen: append +3 = 3, append None = 3, delete None = 0, append +1 = 1
#
# Most would guess: one snapshot for one commit, operation overwrite, with added-records and deleted-records; and 0, not
# a missing key, for an append of no rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check 'pyiceberg[sql-sqlite]==0.12.0' pyarrow==26.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import tempfile

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

rows = pa.table({"id": [1, 2, 3]})
with tempfile.TemporaryDirectory() as folder:
    catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", rows.schema)
    table.append(rows)
    table.append(rows.slice(0, 0))
    table.overwrite(rows.slice(0, 1))
    history = [
        (s.summary.operation.value, s.summary.additional_properties.get("added-records"),
         s.summary.additional_properties["total-records"])
        for s in table.snapshots()
    ]
    catalog.close()

print(history)
expected = [("append", "3", "3"), ("append", None, "3"), ("delete", None, "0"), ("append", "1", "1")]
assert history == expected, history
print("held: an overwrite is a delete and an append with an empty table between; an empty append has no added-records")
PYTHON
