#!/usr/bin/env bash
# pyarrow 26.0.1
#
# A column of lists holds one null list, one empty list and one null inside a list, beside two numbers. The statistics
# of the Parquet column say null_count = 3 and num_values = 2: an empty list counts as a null, since nothing is stored for
# it. Arrow itself counts one null in the same column. So a null check on file statistics and one on data differ.
# Seen: rows 4 / Arrow nulls 1 / Parquet null_count 3, num_values 2
#
# Most would guess: null_count = 1 (the rows that are null), or 2 (with the null item).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import io

import pyarrow as pa
import pyarrow.parquet as pq

tags = pa.array([[1, None], [], None, [5]])
file = io.BytesIO()
pq.write_table(pa.table({"tags": tags}), file)
statistics = pq.ParquetFile(file).metadata.row_group(0).column(0).statistics
print("rows", len(tags), "/ Arrow nulls", tags.null_count, "/ Parquet", statistics.null_count, statistics.num_values)
assert (len(tags), tags.null_count) == (4, 1)
assert (statistics.null_count, statistics.num_values) == (3, 2)
print("held: Parquet statistics count a null list, an empty list and a null item alike, 3 nulls where Arrow counts 1")
PYTHON
