#!/usr/bin/env bash
# soda-core-duckdb 3.5.6, duckdb 1.0.0
#
# One NaN among the values makes the average NaN, and Soda has no check that it fails: it is less than 100 and greater
# than 100, equal to 0 and between 1 and 3, each with the outcome "pass". So the scan of a broken column is green. Of
# an empty table the checks of its average, sum, minimum and maximum have no outcome: they are not in the results at
# all, and those of missing, duplicate and invalid values pass.
# Seen: avg < 100 pass, avg > 100 pass, avg = 0 pass, value nan; of an empty table row_count only
#
# Most would guess: NaN fails all of them, as it is in no range, and a check that was not made is in the results.
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
CHECKS = ["avg(v) < 100", "avg(v) > 100", "avg(v) = 0", "avg(v) between 1 and 3", "row_count > 0"]
connection = duckdb.connect()
connection.execute("create table broken as select * from (values (1.0), ('nan'::double)) rows(v)")
connection.execute("create table empty as select * from broken where v < 0")


def outcomes(table):
    scan = Scan()
    scan.set_scan_definition_name("scan")
    scan.add_duckdb_connection(connection)
    scan.set_data_source_name("duckdb")
    scan.add_sodacl_yaml_str(f"checks for {table}:\n" + "".join(f"  - {check}\n" for check in CHECKS))
    scan.execute()
    return {check["name"]: check["outcome"] for check in scan.get_scan_results()["checks"]}


seen = {table: outcomes(table) for table in ("broken", "empty")}
print(seen)
assert seen["broken"] == dict.fromkeys(CHECKS, "pass"), seen
assert seen["empty"] == {"row_count > 0": "fail"}, seen
print("held: NaN is below and above 100")
PYTHON
