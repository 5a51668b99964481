#!/usr/bin/env bash
# dagster 1.13.27, dagster-pandera 0.29.27, pandera 0.35.0, pandas 2.3.3
#
# A type of Dagster that is made of a schema of pandera checks a table by a validation whose result it throws away. A
# column that the schema converts to int passes and stays text, a default leaves what was missing, strict="filter"
# leaves the column that it filters, and drop_invalid_rows the row of -2, which any check would have refused. Each check
# has passed, and the next step gets the table as it was.
#
# Most would guess: the next step gets what the schema makes of the table, as from schema.validate, or the check fails.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27 \
    dagster-pandera==0.29.27 pandera==0.35.0 pandas==2.3.3

"$folder/venv/bin/python" - <<'PYTHON'
import logging
import warnings

warnings.filterwarnings("ignore")
import dagster as dg
import pandas
import pandera.pandas as pandera
from dagster_pandera import pandera_schema_to_dagster_type

logging.disable(logging.CRITICAL)
positive = pandera.Check.gt(0)
cases = {
    "coerce": (pandera.DataFrameSchema({"rows": pandera.Column(int, coerce=True)}), {"rows": ["5", "7"]}),
    "filter": (pandera.DataFrameSchema({"rows": pandera.Column(int)}, strict="filter"), {"rows": [1], "name": ["a"]}),
    "drop": (
        pandera.DataFrameSchema({"rows": pandera.Column(int, positive)}, drop_invalid_rows=True),
        {"rows": [1, -2]},
    ),
    "default": (
        pandera.DataFrameSchema({"rows": pandera.Column(float, default=0, nullable=False)}),
        {"rows": [1.0, None]},
    ),
}


def next_step(schema, table) -> dict:
    received = {}

    @dg.op(out=dg.Out(pandera_schema_to_dagster_type(schema)))
    def load():
        return table

    @dg.op
    def use(rows) -> None:
        received.update(rows.to_dict("list"))

    @dg.job
    def both() -> None:
        use(load())

    assert both.execute_in_process().success
    return received


seen = {}
for name, (schema, values) in cases.items():
    valid = schema.validate(pandas.DataFrame(values), lazy=True).to_dict("list")
    seen[name] = (valid, next_step(schema, pandas.DataFrame(values)))
print(seen)
assert {name: valid for name, (valid, _) in seen.items()} == {
    "coerce": {"rows": [5, 7]},
    "filter": {"rows": [1]},
    "drop": {"rows": [1]},
    "default": {"rows": [1.0, 0.0]},
}, seen
assert seen["coerce"][1] == {"rows": ["5", "7"]}, seen
assert seen["filter"][1] == {"rows": [1], "name": ["a"]}, seen
assert seen["drop"][1] == {"rows": [1, -2]}, seen
assert str(seen["default"][1]) == "{'rows': [1.0, nan]}", seen
print("held: a type check passes, and the next step gets what the schema would drop or convert")
PYTHON
