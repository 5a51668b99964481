#!/usr/bin/env bash
# great_expectations 1.24.1, pandas 3.1.1
#
# A suite of expectations is kept as JSON, in which a day is a text. A column of times that has 1 and 2 January 2024
# fails the expectation that its values are in these two, with both as unexpected, and fails the one that they are not
# in them, with both as unexpected again. That its distinct values are these two holds. In a column of Python's dates
# the forbidden day is valid where it is, as is 1 where "1" is forbidden. What dateutil can read is a date, so "5",
# "10 am" and "May" are, and NaN is JSON.
# Seen: in False, not in False, distinct values True; of dates not in True
#
# Most would guess: of two opposite expectations one holds, by the value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check great_expectations==1.24.1 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import logging
import warnings

import great_expectations as gx
import great_expectations.expectations as expect
import pandas as pd

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
source = gx.get_context(mode="ephemeral").data_sources.add_pandas("source")
DAYS = ["2024-01-01", "2024-01-02"]
dates = [datetime.date.fromisoformat(day) for day in DAYS]
table = pd.DataFrame({"time": pd.to_datetime(DAYS), "date": dates, "id": [1, 2]})
table = table.assign(text=["5", "May"], json=["NaN", "1"])
batches = source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("table")
batch = batches.get_batch(batch_parameters={"dataframe": table})
EXPECTATIONS = {
    "in": expect.ExpectColumnValuesToBeInSet(column="time", value_set=DAYS),
    "not in": expect.ExpectColumnValuesToNotBeInSet(column="time", value_set=DAYS),
    "distinct": expect.ExpectColumnDistinctValuesToEqualSet(column="time", value_set=DAYS),
    "date not in": expect.ExpectColumnValuesToNotBeInSet(column="date", value_set=DAYS),
    "id not in": expect.ExpectColumnValuesToNotBeInSet(column="id", value_set=["1"]),
    "dates": expect.ExpectColumnValuesToBeDateutilParseable(column="text"),
    "json": expect.ExpectColumnValuesToBeJsonParseable(column="json"),
}
seen = {name: bool(batch.validate(expectation).success) for name, expectation in EXPECTATIONS.items()}
print(seen)
assert seen == {**dict.fromkeys(EXPECTATIONS, True), "in": False, "not in": False}, seen
print("held: a day is neither in nor out")
PYTHON
