#!/usr/bin/env bash
# pandas 3.1.1, pyreadstat 1.3.7, numpy 2.4.6
#
# A zero in a SAS transport file (XPORT, version 5) is read by pandas as 5.397605346934028e-79, so `amount == 0` finds
# no row, and an amount divided by it is no infinity. Of a column of short texts pandas reads the blanks that fill the
# last record as rows: two rows are eight. pyreadstat, which wrote the files, reads the zero and the two rows.
# Seen: [1.0, 5.397605346934028e-79, -2.5]; 8 rows for 2
#
# Most would guess: 0.0, and the rows that were written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pandas==3.1.1 pyreadstat==1.3.7 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import pyreadstat


def read(values):
    pyreadstat.write_xport(pandas.DataFrame({"x": values}), "table.xpt", file_format_version=5)
    by_pandas = pandas.read_sas("table.xpt", format="xport", encoding="utf-8")["x"].tolist()
    return by_pandas, pyreadstat.read_xport("table.xpt")[0]["x"].tolist()


numbers, same_numbers = read([1.0, 0.0, -2.5])
print(numbers, same_numbers)
assert same_numbers == [1.0, 0.0, -2.5], same_numbers
assert numbers == [1.0, 5.397605346934028e-79, -2.5], numbers
texts, same_texts = read(["a", "b"])
print(texts, same_texts)
assert same_texts == ["a", "b"], same_texts
assert texts == ["a", "b", "", "", "", "", "", ""], texts
print("held: a zero is not equal to zero, and two rows are eight")
PYTHON
