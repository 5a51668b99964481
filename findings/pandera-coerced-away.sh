#!/usr/bin/env bash
# pandera 0.35.0, pandas 3.1.1
#
# A schema with Column(int, coerce=True) accepts 1.9 and -0.5 and returns 1 and 0; Column(bool, coerce=True) accepts
# the texts "False" and "no" and returns True. The validation passes, and the data is changed. Column(float,
# unique=True, nullable=True) refuses two missing values as duplicates, where a unique column in SQL takes any number
# of them.
#
# Most would guess: an error for 1.9 and "False", and two missing values that pass.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandera==0.35.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import pandera.pandas as pandera


def validated(column, values):
    return pandera.DataFrameSchema({"a": column}).validate(pandas.DataFrame({"a": values})).a.tolist()


seen = (
    validated(pandera.Column(int, coerce=True), [1.9, -0.5]),
    validated(pandera.Column(bool, coerce=True), ["False", "no"]),
)
print(seen)
assert seen == ([1, 0], [True, True]), seen
try:
    validated(pandera.Column(float, unique=True, nullable=True), [None, None])
except pandera.errors.SchemaError as error:
    print("two missing values:", str(error).splitlines()[0])
else:
    raise AssertionError("two missing values are unique")
print("held: a validation that passes cuts 1.9 to 1 and makes 'False' true")
PYTHON
