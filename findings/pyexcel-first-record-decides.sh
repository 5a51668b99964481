#!/usr/bin/env bash
# pyexcel 0.7.6
#
# Of records the first decides about the columns: what only later ones have, here the error of the second run, is not
# in the file that save_as() writes, without an error. An empty line of a CSV is a run without a name, so three lines
# are three runs, and the text 1e5 comes back as 100000.0, though 007 stays a text.
# Seen: a file of the lines name, a and b; three records of two; 100000.0
#
# Most would guess: a column for each key that a record has, and two runs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyexcel==0.7.6 pyexcel-io==0.6.7

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pathlib import Path

import pyexcel

pyexcel.save_as(records=[{"name": "a"}, {"name": "b", "error": "full"}], dest_file_name="runs.csv")
written = Path("runs.csv").read_text().split()
Path("blank.csv").write_text("name,code\na,1e5\n\nb,007\n")
read = [tuple(record.values()) for record in pyexcel.get_records(file_name="blank.csv")]
print(written, read)
assert written == ["name", "a", "b"], written
assert read == [("a", 100000.0), ("", ""), ("b", "007")], read
print("held: the error of the second run is not written")
PYTHON
