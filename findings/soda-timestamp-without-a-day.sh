#!/usr/bin/env bash
# soda-core-duckdb 3.5.6, duckdb 1.0.0
#
# Soda's named formats are regular expressions. The one of a timestamp with 24 hours is that of a time of day:
# 10:00:00 is valid, and 2024-01-02 10:00 is not. A date in ISO 8601 may be 31 February, a week or a whole time. An
# address may be 999.1.1.1, any 16 digits are a credit card, "5 EUR" is money and "$5" is none. A decimal may be 1,5
# but not 1e3.
# Seen: timestamp 24h: 10:00:00 pass, 2024-01-02 10:00 fail; date iso 8601: 2024-02-31 pass
#
# Most would guess: a timestamp has a day, and a date is one of the calendar.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  soda-core-duckdb==3.5.6 duckdb==1.0.0 setuptools==80.9.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import warnings

import duckdb
from soda.scan import Scan

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
EXPECTED = {
    ("timestamp 24h", "10:00:00"): "pass",
    ("timestamp 24h", "2024-01-02 10:00"): "fail",
    ("date iso 8601", "2024-02-31"): "pass",
    ("date iso 8601", "2024-W05"): "pass",
    ("ip address", "999.1.1.1"): "pass",
    ("credit card number", "1234567890123456"): "pass",
    ("money", "5 EUR"): "pass",
    ("money", "$5"): "fail",
    ("decimal", "1,5"): "pass",
    ("decimal", "1e3"): "fail",
}
connection = duckdb.connect()


def outcome(name, text):
    connection.execute("create or replace table texts as select ? as v", [text])
    scan = Scan()
    scan.set_scan_definition_name("scan")
    scan.add_duckdb_connection(connection)
    scan.set_data_source_name("duckdb")
    scan.add_sodacl_yaml_str(f"checks for texts:\n  - invalid_count(v) = 0:\n      valid format: {name}\n")
    scan.execute()
    return scan.get_scan_results()["checks"][0]["outcome"]


seen = {pair: outcome(*pair) for pair in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
print("held: a time of day is a timestamp")
PYTHON
