#!/usr/bin/env bash
# json-repair 0.64.6
#
# Texts that are no valid JSON are repaired, and two objects behind each other become a list. If the second has the
# keys of the first it is taken for a correction, and replaces it: a file of JSON lines, all of which have the same
# keys, is its last row. One key more, and all rows are there. A value with a unit or a clock time loses what is behind
# its first number: 5 GB is 5, and 10:30 is 10.
# Seen: three rows with id and rows -> the third alone; with a key that differs -> all; {"size": 5 GB, "at": 10:30} ->
# 5 and 10
#
# Most would guess: a list of three rows, whatever their keys are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check json-repair==0.64.6
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import json_repair

same = json_repair.loads('{"id": 1, "rows": 5}\n{"id": 2, "rows": 6}\n{"id": 3, "rows": 7}\n')
other = json_repair.loads('{"id": 1, "rows": 5}\n{"id": 2, "rows": 6, "error": "x"}\n')
lists = json_repair.loads("[1, 5]\n[2, 6]\n")
print(same, other, lists)
assert same == {"id": 3, "rows": 7}, same
assert other == [{"id": 1, "rows": 5}, {"id": 2, "rows": 6, "error": "x"}], other
assert lists == [2, 6], lists

units = json_repair.loads('{"size": 5 GB, "at": 10:30, "day": 2024-01-02}')
print(units)
assert units == {"size": 5, "at": 10, "day": "2024-01-02"}, units
PYTHON
echo "held: of three rows the last is left"
