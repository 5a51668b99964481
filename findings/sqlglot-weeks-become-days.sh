#!/usr/bin/env bash
# sqlglot 30.30.0
#
# BigQuery's date_diff(a, b, week), a number of weeks, is translated to PostgreSQL as CAST(a AS DATE) - CAST(b AS
# DATE), which is the number of days. The unit is dropped, without the warning or error that unsupported parts get.
# With hour as the unit of Snowflake's datediff the same translation is right.
#
# Most would guess: a division by seven, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlglot==30.30.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sqlglot

seen = (
    sqlglot.transpile("SELECT date_diff(a, b, week)", read="bigquery", write="postgres", unsupported_level=sqlglot.ErrorLevel.RAISE),
    "3600" in sqlglot.transpile("SELECT datediff(hour, a, b)", read="snowflake", write="postgres")[0],
)
print(seen)
assert seen == (["SELECT (CAST(a AS DATE) - CAST(b AS DATE))"], True), seen
print("held: a difference in weeks becomes one in days")
PYTHON
