#!/usr/bin/env bash
# dagster 1.13.27 (with dagster-pipes 1.13.27)
#
# An external process reports a materialization with rows = 1000 and a duration of the declared type "float" whose value
# is the whole number 5, as JavaScript and many serializers write 5.0. The message is refused in the reader's thread, which
# ends; the run succeeds, and the asset is recorded as materialized without any metadata: the row count is gone too.
# Seen: 5.5 -> success, {'rows': 1000, 'seconds': 5.5} / 5 -> success, {}
#
# Most would guess: 5 is taken as a float, or the run fails; at the least that rows arrives.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import sys

import dagster as dg

REPORT = """
from dagster_pipes import open_dagster_pipes
with open_dagster_pipes() as pipes:
    pipes.report_asset_materialization(metadata={"rows": 1000, "seconds": {"raw_value": %s, "type": "float"}})
"""


def run(seconds: str) -> tuple[bool, dict[str, object]]:
    @dg.asset
    def external(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
        return client.run(command=[sys.executable, "-c", REPORT % seconds], context=context).get_results()

    result = dg.materialize([external], resources={"client": dg.PipesSubprocessClient()}, raise_on_error=False)
    [event] = [event for event in result.all_events if event.is_step_materialization]
    metadata = event.step_materialization_data.materialization.metadata
    return result.success, {key: value.value for key, value in metadata.items()}


fraction, whole = run("5.5"), run("5")
print(fraction, whole)
assert fraction == (True, {"rows": 1000, "seconds": 5.5}), fraction
assert whole == (True, {}), whole
print("held: one whole number declared as a float drops all metadata of the materialization, and the run succeeds")
PYTHON
