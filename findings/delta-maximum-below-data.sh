#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# Delta's file statistics cut timestamps to milliseconds: the data holds 00:00:00.123456, max in the statistics is
# 00:00:00.123. The recorded maximum is below the real one. A watermark that is read from get_add_actions and used as
# "newer than" loads the last rows again on each run.
# Seen: data 2024-01-01 00:00:00.123456 / statistics 2024-01-01 00:00:00.123000
#
# Most would guess: a maximum is no smaller than the data, and Delta keeps microseconds as its type says.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import tempfile

import deltalake
import pyarrow as pa
import pyarrow.compute as pc

moment = datetime.datetime(2024, 1, 1, 0, 0, 0, 123456)
with tempfile.TemporaryDirectory() as folder:
    deltalake.write_deltalake(folder, pa.table({"at": pa.array([moment], pa.timestamp("us"))}))
    table = deltalake.DeltaTable(folder)
    [action] = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    data = pc.max(table.to_pyarrow_table()["at"]).as_py()
print("data", data, "/ statistics", action["max.at"])
assert data == moment
assert action["max.at"] == moment.replace(microsecond=123000) < data
print("held: Delta's recorded maximum of a timestamp column is below the largest value in the file")
PYTHON
