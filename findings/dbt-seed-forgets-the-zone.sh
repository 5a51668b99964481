#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1, duckdb 2.0.1
#
# `dbt seed` finds that 2024-01-15T10:00:00+02:00 is a time and makes a column of the type TIMESTAMP, which has no
# zone. DuckDB leaves out the offset of a text that it reads into one, so noon at two hours east is after half past
# eleven in UTC, and the order of events is wrong. DuckDB alone, by `read_csv`, finds a type with a zone and keeps the
# instants.
# Seen: 12:00 and 11:30 of the seed, 10:00 and 11:30 in UTC of read_csv
#
# Most would guess: instants, in UTC or with a zone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.1

cd "$folder"
export DBT_SEND_ANONYMOUS_USAGE_STATS=false TZ=UTC
mkdir seeds
printf 'event,ended\nfirst,2024-01-15T12:00:00+02:00\nsecond,2024-01-15T11:30:00Z\n' >seeds/events.csv
printf 'name: events\nprofile: events\n' >dbt_project.yml
printf 'events:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: events.duckdb}\n' >profiles.yml
"$folder/venv/bin/dbt" --quiet seed --profiles-dir .
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

database = duckdb.connect("events.duckdb")


def times(source):
    query = f"SELECT typeof(ended), strftime(CAST(ended AS TIMESTAMP), '%H:%M') FROM {source} ORDER BY event"
    return database.execute("SET TimeZone = 'UTC'").execute(query).fetchall()


seen = {"seed": times("events"), "read_csv": times("read_csv('seeds/events.csv')")}
print(seen)
assert seen == {
    "seed": [("TIMESTAMP", "12:00"), ("TIMESTAMP", "11:30")],
    "read_csv": [("TIMESTAMP WITH TIME ZONE", "10:00"), ("TIMESTAMP WITH TIME ZONE", "11:30")],
}, seen
print("held: the first of two events is the second in the seed")
PYTHON
