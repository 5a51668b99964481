#!/usr/bin/env bash
# fastparquet 2026.9.0, pandas 3.1.1, pyarrow 26.0.1, numpy 2.4.6
#
# `pandas.read_parquet(filters=[("rows", "==", 5)])` returns the rows that have 5 with pyarrow. With fastparquet it
# returns each row of a group of rows that may have one: here all three, with 1 and 9. In a file of one group a filter
# returns nothing or everything, and the count of what it found is wrong without an error. fastparquet alone filters
# rows with `row_filter=True`.
# Seen: [5] by pyarrow, [1, 5, 9] by fastparquet, and none for a filter of 10
#
# Most would guess: one call has one result, and a filter filters.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import fastparquet
import pandas

pandas.DataFrame({"rows": [1, 5, 9]}).to_parquet("runs.parquet", engine="pyarrow")


def found(engine, value):
    return pandas.read_parquet("runs.parquet", engine=engine, filters=[("rows", "==", value)])["rows"].tolist()


seen = {engine: [found(engine, value) for value in (5, 10)] for engine in ("pyarrow", "fastparquet")}
print(seen)
assert seen == {"pyarrow": [[5], []], "fastparquet": [[1, 5, 9], []]}, seen
file = fastparquet.ParquetFile("runs.parquet")
assert file.to_pandas(filters=[("rows", "==", 5)], row_filter=True)["rows"].tolist() == [5]
print("held: a filter for 5 finds 1 and 9, too")
PYTHON
