#!/usr/bin/env bash
# cuallee 0.15.4, pandas 3.1.1, polars 2.1.0
#
# The same check of the same column, x, nothing, x: that it has one distinct value passes in pandas and fails in polars,
# where a null counts as a value.
#
# Most would guess: a check says the same of the same data; to run on several kinds of tables is what the library is for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cuallee==0.15.4 pandas==3.1.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import cuallee
import pandas
import polars

column = {"currency": ["EUR", None, "EUR"]}
seen = {}
for table in (pandas.DataFrame(column), polars.DataFrame(column)):
    check = cuallee.Check(cuallee.CheckLevel.WARNING, "table").has_cardinality("currency", 1)
    seen[type(table).__module__.partition(".")[0]] = check.validate(table)["status"][0]
print(seen)
assert seen == {"pandas": "PASS", "polars": "FAIL"}, seen
print("held: whether a null is a distinct value depends on the kind of table")
PYTHON
