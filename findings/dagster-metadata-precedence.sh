#!/usr/bin/env bash
# dagster 1.13.27
#
# An asset that calls context.add_output_metadata({"rows": 1}) and later returns MaterializeResult(metadata={"rows": 2})
# is recorded with rows = 1: the value that was set first, on the context, wins over the returned one, without a warning.
# Two calls of add_output_metadata behave the other way: the last wins.
# Seen: context then result: 1 / context twice: 2
#
# Most would guess: what is returned last wins, as with two calls, or a clash is an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg


@dg.asset
def context_then_result(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.add_output_metadata({"rows": 1})
    return dg.MaterializeResult(metadata={"rows": 2})


@dg.asset
def context_twice(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.add_output_metadata({"rows": 1})
    context.add_output_metadata({"rows": 2})
    return dg.MaterializeResult()


result = dg.materialize([context_then_result, context_twice])
rows = {
    event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata["rows"].value
    for event in result.all_events
    if event.is_step_materialization
}
print(rows)
assert rows == {"context_then_result": 1, "context_twice": 2}, rows
print("held: metadata that was added to the context wins over metadata that the asset returns")
PYTHON
