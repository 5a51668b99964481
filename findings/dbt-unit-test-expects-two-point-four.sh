#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1, duckdb 2.0.1
#
# A unit test that expects 2.4 passes where the model returns 2: what is expected is cast to the type of the model's column first.
# So a test for a share that was rounded by mistake, whose column has become one of integers, finds nothing. In the same way 5 is
# what was expected where the model returns true, and 23:00 of a day where it returns the day. And the names of the first expected
# row count for all rows: {amount: 3} below {id: 1} expects an id of 3.
# Seen: 2.4 for 2, 5 for true, 23:00 for a day: PASS; {id: 1}, {amount: 3} where ids are 1 and 3 and no amount is 3: PASS; 3.4 for
#       2: FAIL
#
# Most would guess: a failure for each: 2 is not 2.4.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.1

mkdir -p "$folder/project/models"
cd "$folder/project"
cat > dbt_project.yml <<'YAML'
name: shop
profile: shop
flags: {send_anonymous_usage_stats: false}
YAML
cat > profiles.yml <<'YAML'
shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.db}}}
YAML
echo "select 1 as id, 2.5 as amount" > models/orders.sql
echo "select id, amount from {{ ref('orders') }}" > models/copied.sql
echo "select (id / 3)::int as share, true as paid, date '2024-01-01' as day from {{ ref('orders') }}" > models/shares.sql
cat > models/tests.yml <<'YAML'
unit_tests:
  - name: share
    model: shares
    given: [{input: ref('orders'), rows: [{id: 7}]}]
    expect: {rows: [{share: 2.4}]}
  - name: paid
    model: shares
    given: [{input: ref('orders'), rows: [{id: 7}]}]
    expect: {rows: [{paid: 5}]}
  - name: day
    model: shares
    given: [{input: ref('orders'), rows: [{id: 7}]}]
    expect: {rows: [{day: "2024-01-01 23:00:00"}]}
  - name: names
    model: copied
    given: [{input: ref('orders'), rows: [{id: 1, amount: 2.0}, {id: 3, amount: 4.0}]}]
    expect: {rows: [{id: 1}, {amount: 3}]}
  - name: far
    model: shares
    given: [{input: ref('orders'), rows: [{id: 7}]}]
    expect: {rows: [{share: 3.4}]}
YAML
export PATH="$folder/venv/bin:$PATH"
dbt --quiet run --profiles-dir . > /dev/null
dbt --no-use-colors test --select test_type:unit --profiles-dir . > output.txt || true
python - <<'PYTHON'
import json

results = json.load(open("target/run_results.json"))["results"]
seen = {result["unique_id"].rsplit(".", 1)[1]: result["status"] for result in results}
print(seen)
assert seen == {"share": "pass", "paid": "pass", "day": "pass", "names": "pass", "far": "fail"}, seen
print("held: a test that expects 2.4 passes on 2")
PYTHON
