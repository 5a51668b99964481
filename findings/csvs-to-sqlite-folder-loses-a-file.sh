#!/usr/bin/env bash
# csvs-to-sqlite 1.3.1, pandas 2.3.3, numpy 2.4.6, click 8.1.8
#
# Two folders have a file loads.csv each, one of January and one of February. Given both folders, csvs-to-sqlite loads
# February alone, into a table "./loads", and exits with 0: "Created loads.db from 1 CSV file". Given both files, it has
# both, as loads and loads-1.
#
# Most would guess: both files are loaded, whether they are named or their folders.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check csvs-to-sqlite==1.3.1 pandas==2.3.3 \
    numpy==2.4.6 click==8.1.8
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import csv
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

folder = pathlib.Path(tempfile.mkdtemp())
for name, rows in (("january", 10), ("february", 20)):
    (folder / name).mkdir()
    with open(folder / name / "loads.csv", "w", newline="") as file:
        csv.writer(file).writerows([["month", "rows"], [name, rows]])


def load(*sources: str):
    database = folder / f"{len(list(folder.iterdir()))}.db"
    command = [pathlib.Path(sys.executable).parent / "csvs-to-sqlite", *sources, database]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    with sqlite3.connect(database) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master order by name")]
        found = {table: connection.execute(f'select * from "{table}"').fetchall() for table in tables}
    return found, done.stdout.splitlines()[-1].rpartition(" from ")[2]


by_folder = load("january", "february")
by_file = load("january/loads.csv", "february/loads.csv")
print(by_folder, by_file)
assert by_folder == ({"./loads": [("february", 20)]}, "1 CSV file"), by_folder
assert by_file == ({"loads": [("january", 10)], "loads-1": [("february", 20)]}, "2 CSV files"), by_file
print("held: of two folders with a file of one name one file is loaded")
PYTHON
