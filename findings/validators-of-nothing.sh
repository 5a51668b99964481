#!/usr/bin/env bash
# great_expectations 1.24.1, pointblank 1.1.1, cuallee 0.15.4, tdda 3.3.0, pandas 3.1.1, polars 2.1.0
#
# A table without rows, checked for values that are there and above zero: Great Expectations and TDDA pass it, Pointblank
# says of no check that it passed and of none that it failed, cuallee fails it in pandas (with a share of NaN) and divides
# by zero in polars.
#
# Most would guess: one answer, whichever it is, and surely the same from one library for both kinds of tables.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check great_expectations==1.24.1 pointblank==1.1.1 cuallee==0.15.4 tdda==3.3.0 pandas==3.1.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import logging

import cuallee
import great_expectations
import pandas
import pointblank
import polars
import tdda.constraints

logging.disable(logging.CRITICAL)
filled = pandas.DataFrame({"rows": [1, 2, 3]})
empty, empty_polars = filled.head(0), polars.DataFrame(schema={"rows": polars.Int64})


def by_great_expectations() -> object:
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": empty})
    expectations = (
        great_expectations.expectations.ExpectColumnValuesToNotBeNull(column="rows"),
        great_expectations.expectations.ExpectColumnValuesToBeBetween(column="rows", min_value=1),
    )
    return [batch.validate(each).success for each in expectations]


def by_pointblank() -> object:
    done = pointblank.Validate(empty_polars).col_vals_not_null("rows").col_vals_gt("rows", 0).interrogate()
    return [done.all_passed(), list(done.f_failed().values())]


def by_cuallee(table: object) -> object:
    check = cuallee.Check(cuallee.CheckLevel.WARNING, "table").is_complete("rows").is_greater_than("rows", 0)
    try:
        return list(check.validate(table)["status"])
    except ZeroDivisionError:
        return "ZeroDivisionError"


def by_tdda() -> object:
    with contextlib.redirect_stdout(io.StringIO()), open("table.tdda", "w") as file:
        file.write(tdda.constraints.discover_df(filled).to_json())
    return tdda.constraints.verify_df(empty, "table.tdda").failures


seen = {
    "great_expectations": by_great_expectations(),
    "pointblank": by_pointblank(),
    "cuallee, pandas": by_cuallee(empty),
    "cuallee, polars": by_cuallee(empty_polars),
    "tdda": by_tdda(),
}
print(seen)
assert seen == {
    "great_expectations": [True, True],
    "pointblank": [False, [None, None]],
    "cuallee, pandas": ["FAIL", "FAIL"],
    "cuallee, polars": "ZeroDivisionError",
    "tdda": 0,
}, seen
print("held: of an empty table, four libraries say passed, neither, failed, error, and passed")
PYTHON
