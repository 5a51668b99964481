#!/usr/bin/env bash
# datacontract-cli 1.2.8, duckdb 1.5.6
#
# A contract says that id is a unique integer, day a date, and the separator of the CSV a comma. A file with an id of
# 1.7 passes, and one with 1.4 and 0.6 fails as both are 1. A time is a date, and a file with bars or semicolons
# passes, too, as one with commas does where the contract says semicolons.
# Seen: passed for 1.7, for 2024-01-01 23:30, and for each separator; failed, "duplicate_count(id) was 1" for 1.4 and
# 0.6
#
# Most would guess: 1.7 is no integer and fails, 1.4 and 0.6 are no duplicates, and the separator of a contract
# counts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    'datacontract-cli[duckdb]==1.2.8' duckdb==1.5.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging
from pathlib import Path

from datacontract.data_contract import DataContract

logging.disable(logging.CRITICAL)
CONTRACT = """
apiVersion: v3.0.2
kind: DataContract
id: orders
name: orders
version: 1.0.0
status: active
servers: [{server: local, type: local, path: ./orders.csv, format: csv, delimiter: "%s"}]
schema:
  - name: orders
    physicalType: csv
    properties:
      - {name: id, logicalType: integer, physicalType: integer, required: true, unique: true}
      - {name: day, logicalType: date, physicalType: date}
"""


def tested(*rows, separator=","):
    Path("contract.yaml").write_text(CONTRACT % separator)
    Path("orders.csv").write_text("\n".join(rows) + "\n")
    run = DataContract(data_contract_file="contract.yaml").test()
    return run.result.value, [check.reason for check in run.checks if check.result.value != "passed"]


HEADER = "id,day"
seen = {
    "integer": tested(HEADER, "1,2024-01-01"),
    "1.7": tested(HEADER, "1.7,2024-01-01"),
    "1.4 and 0.6": tested(HEADER, "1.4,2024-01-01", "0.6,2024-01-01"),
    "twice": tested(HEADER, "1,2024-01-01", "1,2024-01-01"),
    "time": tested(HEADER, "1,2024-01-01 23:30"),
    "bars": tested("id|day", "1|2024-01-01"),
    "semicolons": tested("id;day", "1;2024-01-01"),
    "commas": tested(HEADER, "1,2024-01-01", separator=";"),
}
print(*seen.items(), sep="\n")
TWICE = ("failed", ["Actual duplicate_count(id) was 1, expected = 0"])
assert seen.pop("1.4 and 0.6") == TWICE and seen.pop("twice") == TWICE, seen
assert set(map(str, seen.values())) == {str(("passed", []))}, seen
print("held: 1.7 is a valid integer, and 1.4 and 0.6 are duplicates")
PYTHON
