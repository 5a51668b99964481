#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1, duckdb 2.0.1
#
# A microbatch model of dbt, of which each run replaces the days that it is given, has an order whose time is
# corrected from 1 to 3 January twice after a run of 2 and 3 January: the day that it left is not loaded again, and
# there is no key. One whose time is corrected backwards, to 1 January, is gone. An order without a time, or with one
# before `begin`, is in no batch, so it never arrives, and the runs succeed. A run over all days would have each once.
# Seen: [1, 1, 4] of the orders 1 to 5, where 1 moved forwards, 2 backwards, 3 has no time and 5 is of 2023
#
# Most would guess: each order once, as by an incremental model with a key, or a warning of rows in no batch.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.1

cd "$folder"
export DBT_SEND_ANONYMOUS_USAGE_STATS=false TZ=UTC
mkdir models
printf 'name: shop\nprofile: shop\n' >dbt_project.yml
printf 'shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n' >profiles.yml
cat >models/orders.sql <<'SQL'
{{ config(materialized="table", event_time="seen") }}
select * from (values
  (1, timestamp '2024-01-{{ var("first") }} 10:00'), (2, timestamp '2024-01-{{ var("second") }} 10:00'),
  (3, null), (4, timestamp '2024-01-03 10:00'), (5, timestamp '2023-12-31 10:00')) rows(id, seen)
SQL
cat >models/daily.sql <<'SQL'
{{ config(materialized="incremental", incremental_strategy="microbatch", event_time="seen", begin="2024-01-01",
  batch_size="day") }}
select id, seen from {{ ref("orders") }}
SQL
build() {
  "$folder/venv/bin/dbt" --quiet build --profiles-dir . --event-time-start "$1" --event-time-end 2024-01-04 --vars "$2"
  "$folder/venv/bin/python" -c 'import duckdb
print([row[0] for row in duckdb.connect("shop.duckdb").execute("select id from daily order by id").fetchall()])'
}
before=$(build 2024-01-01 '{first: "01", second: "02"}')
after=$(build 2024-01-02 '{first: "03", second: "01"}')
echo "before: $before, after: $after"
[ "$before" = "[1, 2, 4]" ] && [ "$after" = "[1, 1, 4]" ]
echo "held: an order whose time is corrected is there twice"
