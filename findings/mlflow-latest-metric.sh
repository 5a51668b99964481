#!/usr/bin/env bash
# mlflow 3.17.2
#
# A run logs 10 rows at step 5, and later 99 rows without a step. Its metric is 10: no step means step 0, and the
# latest value of a metric is that of its highest step, not the one that was logged last. And in a database infinity
# is stored, and read, as 1.7976931348623157e+308.
#
# Most would guess: 99, and infinity.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mlflow==3.17.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging

import mlflow

logging.disable(logging.CRITICAL)
mlflow.set_tracking_uri("sqlite:///runs.db")
with mlflow.start_run() as run:
    mlflow.log_metric("rows", 10, step=5)
    mlflow.log_metric("rows", 99)
    mlflow.log_metric("ratio", float("inf"))
seen = mlflow.get_run(run.info.run_id).data.metrics
print(seen)
assert seen == {"rows": 10.0, "ratio": 1.7976931348623157e308}, seen
print("held: the latest value is of the highest step, and infinity is a number")
PYTHON
