#!/usr/bin/env bash
# deltalake 1.6.6, pyarrow 26.0.1
#
# Data of another type is appended to a Delta table without an error, and is changed to fit: 1.7 is stored as 1 in a column
# of integers, 7 as true in one of booleans, 2 to the power of 53 plus 1 as a number less in one of floats, and 00:00 of a
# zone five hours ahead as 19:00 of the day before in one without a zone. A text that is no number, and an integer that is
# too large, are refused.
# Seen: long <- 1.7: [1, 1]; bool <- 7: [True, True]; double <- 9007199254740993: 9007199254740992.0; int <- 2**40: Cast
#       error
#
# Most would guess: a SchemaMismatchError, as for a column too many; widening the schema has to be asked for (schema_mode).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

tables = 0


def appended(first, second):
    """What the second row is, read from a table that began with the first."""
    global tables
    tables += 1
    place = f"table{tables}"
    write_deltalake(place, pa.table({"n": [1], "x": first}))
    write_deltalake(place, pa.table({"n": [2], "x": second}), mode="append")
    rows = DeltaTable(place).to_pyarrow_dataset().to_table().to_pylist()
    found = {row["n"]: row["x"] for row in rows}[2]
    print(f"{first.type} <- {second[0]}: {found!r}")
    return found


assert repr(appended(pa.array([1]), pa.array([1.7]))) == "1"
assert appended(pa.array([1]), pa.array(["5"])) == 5
assert appended(pa.array([True]), pa.array([7])) is True
assert appended(pa.array([1.5]), pa.array([2**53 + 1])) == float(2**53)
ahead = dt.datetime(2024, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=5)))
assert appended(pa.array([dt.datetime(2024, 1, 1)]), pa.array([ahead])) == dt.datetime(2024, 1, 1, 19)
for refused in (pa.array([2**40]), pa.array(["five"])):
    try:
        appended(pa.array([1], pa.int32()), refused)
    except Exception as exc:
        print(f"int32 <- {refused[0]}: {exc}")
        assert "cast" in str(exc).lower(), exc
    else:
        raise AssertionError(refused)
print("held: an append changes values of another type to fit the table, without an error")
PYTHON
