#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1, duckdb 2.0.1
#
# The freshness of a source that has no rows is reported as a time: it was loaded at midnight of 1 January in the year
# 1, and is 2,025 years old, or 64 billion seconds in the file that other tools read, where one such source spoils each
# average and chart. A source with one row of 2099 passes, with an age of less than nothing, and does so until then.
#
# Most would guess: null for a time and an age that are not there, and a failure or a warning for a time to come.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.1
mkdir -p "$folder/project/models"
cd "$folder/project"
export DBT_PROFILES_DIR="$folder/project" DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1

cat >dbt_project.yml <<'YAML'
name: shop
version: "1.0"
profile: shop
YAML
cat >profiles.yml <<'YAML'
shop: {target: local, outputs: {local: {type: duckdb, path: shop.duckdb}}}
YAML
cat >models/sources.yml <<'YAML'
sources:
  - name: main
    config:
      loaded_at_field: loaded
      freshness: {warn_after: {count: 1, period: day}, error_after: {count: 2, period: day}}
    tables: [{name: empty}, {name: later}]
YAML
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

with duckdb.connect("shop.duckdb") as database:
    database.execute("CREATE TABLE empty (loaded timestamp)")
    database.execute("CREATE TABLE later AS SELECT timestamp '2099-01-01' AS loaded")
PYTHON
"$folder/venv/bin/dbt" --quiet source freshness || true
"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib

results = json.loads(pathlib.Path("target/sources.json").read_text())["results"]
seen = {
    result["unique_id"].split(".")[-1]: (
        result["status"],
        result["max_loaded_at"],
        result["max_loaded_at_time_ago_in_s"],
    )
    for result in results
}
print(seen)
assert seen["empty"][:2] == ("error", "0001-01-01T00:00:00+00:00"), seen
assert seen["empty"][2] > 2000 * 365 * 86400 and seen["later"][0] == "pass" and seen["later"][2] < 0, seen
print("held: a source without rows is two thousand years old, and one of 2099 is fresh")
PYTHON
