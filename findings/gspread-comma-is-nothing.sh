#!/usr/bin/env bash
# gspread 6.2.1, pandas 3.1.1, lxml 6.1.1
#
# A comma is nothing for two readers of tables. `get_all_records` of a sheet of Google turns texts into numbers with
# `numericise`: a list of three marks, "1,2,3", is 123, and one and a half, "1,5", is 15. pandas reads the same numbers
# from a page of the web. The code "12E4" is 120000 and a person named Nan is not a number, for gspread.
#
# Most would guess: text stays text where its commas do not stand before three digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  gspread==6.2.1 pandas==3.1.1 lxml==6.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

import gspread.utils
import pandas

TEXTS = ["1,2,3", "1,5", "12E4", "007"]

rows = "".join(f"<tr><td>{text}</td></tr>" for text in TEXTS[:2])
of_pandas = pandas.read_html(io.StringIO(f"<table>{rows}</table>"))[0][0].tolist()
of_gspread = [gspread.utils.numericise(text) for text in TEXTS]
not_a_number = gspread.utils.numericise("Nan")
print(of_pandas, of_gspread, not_a_number)
assert of_pandas == [123, 15], of_pandas
assert of_gspread == [123, 15, 120000, 7] and not_a_number != not_a_number, of_gspread
print("held: one and a half with a comma is 15")
PYTHON
