#!/usr/bin/env bash
# dagster-pandas 0.29.27, dagster 1.13.27, pandas 2.3.3
#
# A frame without any column satisfies StrictColumnsConstraint(["id", "amount"]): what is checked is that no column is there
# that the list does not name. With enforce_ordering=True the lists have to be equal, so a missing column is found by the
# check of the order.
# Seen: id and amount: True; id alone: True; none: True; id, amount and note: False; with enforce_ordering, id alone:
#       False
#
# Most would guess: False for a frame whose columns are missing, with both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dagster==1.13.27 dagster-pandas==0.29.27 pandas==2.3.3

cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import dagster_pandas
import pandas


def passes(*columns: str, ordered: bool = False) -> bool:
    constraint = dagster_pandas.StrictColumnsConstraint(["id", "amount"], enforce_ordering=ordered)
    frame = dagster_pandas.create_dagster_pandas_dataframe_type("Sales", dataframe_constraints=[constraint])
    return frame.type_check(None, pandas.DataFrame({column: [1] for column in columns})).success


seen = passes("id", "amount"), passes("id"), passes(), passes("id", "amount", "note")
ordered = passes("id", "amount", ordered=True), passes("id", ordered=True), passes(ordered=True)
print(seen, ordered)
assert seen == (True, True, True, False), seen
assert ordered == (True, False, False), ordered
print("held: a frame without columns satisfies the strict list of them")
PYTHON
