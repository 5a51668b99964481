#!/usr/bin/env bash
# tabulate 0.10.0, texttable 1.7.2
#
# Texts that look like numbers are printed as other ones. In a table of tabulate the version "1.10" is 1.1, before
# 1.9, and 123456789 rows are 1.23457e+08 where another row of the column has a fraction. An id "0012345" loses its
# zeros where any of its column is written as 1e5. With texttable the id "00123" is 123, 12345678901 is 1.235e+10, an
# amount of 0.0004 is 0.000, and the commit "7e12345" is inf. Neither warns; both can be told to leave texts alone.
#
# Most would guess: a text in a table is printed as it is, and a count of rows with all of its digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tabulate==0.10.0 texttable==1.7.2

"$folder/venv/bin/python" - <<'PYTHON'
import tabulate
import texttable


def cells(text, strip="|"):
    lines = [line.strip(strip).replace("|", " ").split() for line in text.splitlines() if line[0] not in "+-"]
    return [list(column) for column in zip(*lines, strict=True)]


ROWS = [["1.10", 123456789, "0012345"], ["1.9", 1.5, "1e5"]]
shown = tabulate.tabulate(ROWS, tablefmt="plain")
print(shown)
assert cells(shown) == [["1.1", "1.9"], ["1.23457e+08", "1.5"], ["12345", "100000"]], shown
as_text = tabulate.tabulate(ROWS, tablefmt="plain", disable_numparse=True)
assert cells(as_text)[0] == ["1.10", "1.9"] and cells(as_text)[2] == ["0012345", "1e5"], as_text

table = texttable.Texttable()
table.add_rows([["00123", 12345678901, 0.0004], ["7e12345", 5, 10]], header=False)
shown = table.draw()
print(shown)
assert cells(shown) == [["123", "inf"], ["1.235e+10", "5"], ["0.000", "10"]], shown
print("held: versions, ids and counts of rows are printed as other numbers")
PYTHON
