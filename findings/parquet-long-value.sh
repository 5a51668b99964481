#!/usr/bin/env bash
# pyarrow 26.0.1
#
# One long value takes the minimum and the maximum away from a whole row group: with a text of 4,096 bytes among short
# ones both are there, with 5,000 bytes neither is, not even the minimum, which is short. null_count stays.
# Seen: 4096 -> has_min_max True / 5000 -> has_min_max False, min None, max None, null_count 0
#
# Most would guess: the long bound is truncated (as Iceberg and Delta do with their own statistics), or kept whole.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import io

import pyarrow as pa
import pyarrow.parquet as pq


def statistics(longest: int):
    file = io.BytesIO()
    pq.write_table(pa.table({"key": ["a", "b", "z" * longest]}), file)
    return pq.ParquetFile(file).metadata.row_group(0).column(0).statistics


short, long = statistics(4_096), statistics(5_000)
print(short.has_min_max, long.has_min_max, long.null_count)
assert short.has_min_max and (short.min, len(short.max)) == ("a", 4_096)
assert not long.has_min_max and long.null_count == 0
print("held: one value of 5,000 bytes leaves the row group without minimum and maximum")
PYTHON
