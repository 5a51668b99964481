#!/usr/bin/env bash
# pyaxis 0.4.3, pandas 3.1.1
#
# The numbers of a PX file, the format of statistical offices, are texts in the table, so the maximum of 9.0, 10.5 and
# 1e3 is 9.0, and their sum is "9.010.51e3". The four ways in which the format says that a number is missing are three
# things: "." is an empty text, ".." is NaN, and "..." and "-" are texts with quotes around them. The table of a file
# without any of them is one of texts, too.
# Seen: ['9.0', '10.5', '1e3', '', nan, '"..."', '"-"']
#
# Most would guess: a table of numbers is one of numbers, and what is missing is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyaxis==0.4.3 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

from pyaxis import pyaxis

FILE = """CHARSET="ANSI";
AXIS-VERSION="2000";
TITLE="Sales";
STUB="region";
HEADING="year";
VALUES("region")="North";
VALUES("year")="2018","2019","2020","2021","2022","2023","2024";
DATA=
9.0 10.5 1e3 "." ".." "..." "-"
;
"""
pathlib.Path("sales.px").write_text(FILE)
data = pyaxis.parse("sales.px", encoding="utf-8")["DATA"]["DATA"]
seen = [None if value != value else value for value in data]
print(seen, data[:3].max(), data[:3].sum())
assert seen == ["9.0", "10.5", "1e3", "", None, '"..."', '"-"'], seen
assert data[:3].max() == "9.0" and data[:3].sum() == "9.010.51e3"
print("held: the maximum of 9, 10.5 and 1,000 is 9")
PYTHON
