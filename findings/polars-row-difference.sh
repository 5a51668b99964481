#!/usr/bin/env bash
# polars 2.1.0
#
# pl.len() and count() are UInt32, and arithmetic in expressions wraps: 2 rows less 3 rows is 4294967295, and "rows lost"
# = filled - all = 4294967295 where it should be -1. diff() of the same unsigned column widens and gives -2 for 5, 3.
# Seen: {'less_than_expected': 4294967295, 'filled_less_all': 4294967295} / [None, -2]
#
# Most would guess: -1 for both (counts are plain integers in pandas, DuckDB and Python), or an overflow error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check polars==2.1.0

"$folder/venv/bin/python" - <<'PYTHON'
import polars as pl

frame = pl.DataFrame({"id": [1, None], "name": ["a", "b"]})
[seen] = frame.select(
    (pl.len() - 3).alias("less_than_expected"),
    (pl.col("id").count() - pl.col("name").count()).alias("filled_less_all"),
).to_dicts()
steps = pl.Series([5, 3], dtype=pl.UInt32).diff().to_list()
print(seen, steps)
assert seen == {"less_than_expected": 4294967295, "filled_less_all": 4294967295}, seen
assert steps == [None, -2], steps
print("held: a difference of row counts below zero wraps to 4294967295 in a Polars expression")
PYTHON
