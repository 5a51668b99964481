#!/usr/bin/env bash
# mlflow 3.17.2, pandas 3.1.1
#
# MLflow records a dataset with a digest that is to say which data a run has used. Of 20,000 rows, a change in any row
# from the 10,001st on leaves the digest as it is, for a table of pandas and for an array of NumPy.
#
# Most would guess: other data has another digest.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mlflow==3.17.2 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging

import mlflow.data
import numpy
import pandas

logging.disable(logging.CRITICAL)


def changed(row: int) -> pandas.DataFrame:
    table = pandas.DataFrame({"id": range(20_000), "amount": 0})
    table.loc[row, "amount"] = 1
    return table


digests = {row: mlflow.data.from_pandas(changed(row)).digest for row in (9_999, 10_000, 15_000, 19_999)}
arrays = [mlflow.data.from_numpy(changed(row)["amount"].to_numpy()).digest for row in (10_000, 19_999)]
print(digests, arrays)
assert digests[9_999] != digests[10_000], digests
assert digests[10_000] == digests[15_000] == digests[19_999], digests
assert len(set(arrays)) == 1, arrays
print("held: the digest does not see a change after the first 10,000 rows")
PYTHON
