#!/usr/bin/env bash
# deepdiff 9.1.0, pandas 3.1.1, pyarrow 26.0.1, polars 2.1.0, numpy 2.4.6
#
# Two frames of pandas with the same columns do not differ, whatever is in them and however many rows they have, alone
# and in a dict, as only the names of the columns are compared; nor do two tables of pyarrow. Columns of pandas and
# frames of Polars do. Grouped by an id that two rows have, a change of the first one is lost. With digits after the
# point to compare, two integers that are 98 apart are equal if they are large.
# Seen: {} of [1, 2] and [1, 3, 4]
#
# Most would guess: a changed and an added value, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    deepdiff==9.1.0 pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import polars
import pyarrow
from deepdiff import DeepDiff

FIRST, SECOND = {"rows": [1, 2]}, {"rows": [1, 3, 4]}
first, second = pandas.DataFrame(FIRST), pandas.DataFrame(SECOND)
late = [{"id": 7, "late": 1}, {"id": 7, "late": 2}]
later = [{"id": 7, "late": 9}, {"id": 7, "late": 2}]
MOMENT = 1700000000000000001
different = {
    "frames": DeepDiff(first, second),
    "frames in a dict": DeepDiff({"run": first}, {"run": second}),
    "columns": DeepDiff(first["rows"], second["rows"]),
    "tables of pyarrow": DeepDiff(pyarrow.table(FIRST), pyarrow.table({"rows": [1, 3]})),
    "frames of Polars": DeepDiff(polars.DataFrame(FIRST), polars.DataFrame(SECOND)),
    "lists": DeepDiff(late, later),
    "lists by id": DeepDiff(late, later, group_by="id"),
    "moments": DeepDiff(MOMENT, MOMENT + 98),
    "moments by digits": DeepDiff(MOMENT, MOMENT + 98, significant_digits=3),
    "small numbers by digits": DeepDiff(1, 99, significant_digits=3),
}
seen = {name: bool(result) for name, result in different.items()}
print(seen)
assert seen == {
    "frames": False,
    "frames in a dict": False,
    "columns": True,
    "tables of pyarrow": False,
    "frames of Polars": True,
    "lists": True,
    "lists by id": False,
    "moments": True,
    "moments by digits": False,
    "small numbers by digits": True,
}, seen
print("held: tables of other rows are equal")
PYTHON
