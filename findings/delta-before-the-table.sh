#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# Asked for the table as it was in the year 2000, deltalake gives the first version, with its rows, though the table was made
# today. A version that does not exist is refused, and so a run that loads "the table as of the time of the last run" reads rows
# that were not there. In the same way a time to come gives the newest version.
# Seen: as of 2000: version 0 with 2 rows; as of 2100: version 1 with 3 rows; version 7: an error
#
# Most would guess: an error before the first commit, as there is for a version that does not exist.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import deltalake
import pyarrow

deltalake.write_deltalake("orders", pyarrow.table({"order": [1, 2]}))
deltalake.write_deltalake("orders", pyarrow.table({"order": [3]}), mode="append")


def load(version: str | int) -> tuple[int, int]:
    table = deltalake.DeltaTable("orders")
    table.load_as_version(version)
    return table.version(), table.to_pyarrow_table().num_rows


seen = load("2000-01-01T00:00:00+00:00"), load("2100-01-01T00:00:00+00:00")
print("(version, rows):", *seen)
assert seen == ((0, 2), (1, 3)), seen
try:
    load(7)
except Exception as error:
    print("version 7:", type(error).__name__)
else:
    raise AssertionError("version 7 was loaded")
print("held: the table as of a time before it existed is its first version")
PYTHON
