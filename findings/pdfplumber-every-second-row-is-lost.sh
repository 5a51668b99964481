#!/usr/bin/env bash
# pdfplumber 0.11.10, reportlab 5.1.0
#
# Tables of a PDF. Where every second row is shaded and a line is between the columns, the rows that are not shaded are
# lost: of six rows r2, r4 and r6 are in no table, and each of the others is one. Without the line it is the first row
# alone, and all its columns are one. Where only the names of the columns have a grid, six rows are one cell. With a
# frame around the table all six are there. None of it is an error.
# Seen: r1, r3 and r5 of six rows
#
# Most would guess: six rows, or no table at all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pdfplumber==0.11.10 reportlab==5.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pdfplumber
from reportlab.lib import colors
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

ROWS = [["run", "rows"], *([f"r{number}", str(number)] for number in range(1, 7))]
FIRST_AND_LAST = ((0, 0), (-1, -1))
HEAD = ("BACKGROUND", (0, 0), (-1, 0), colors.grey)
STRIPES = ("ROWBACKGROUNDS", (0, 1), (-1, -1), (colors.lightgrey, None))
BETWEEN = ("LINEBEFORE", (1, 0), (-1, -1), 1, colors.black)
FRAME = ("BOX", *FIRST_AND_LAST, 1, colors.black)
GRID_OF_HEAD = ("GRID", (0, 0), (-1, 0), 1, colors.black)


def tables(*style):
    SimpleDocTemplate("runs.pdf").build([Table(ROWS, style=TableStyle(style))])
    with pdfplumber.open("runs.pdf") as file:
        return file.pages[0].extract_tables()


seen = {
    "stripes and line": tables(HEAD, STRIPES, BETWEEN),
    "stripes": tables(HEAD, STRIPES),
    "grid of the head": tables(GRID_OF_HEAD, BETWEEN, FRAME),
    "with a frame": tables(HEAD, STRIPES, BETWEEN, FRAME),
}
print(seen)
assert seen == {
    "stripes and line": [[["run", "rows"], ["r1", "1"]], [["r3", "3"]], [["r5", "5"]]],
    "stripes": [[["run rows"], ["r1 1"]]],
    "grid of the head": [[["run", "rows"], ["r1\nr2\nr3\nr4\nr5\nr6", "1\n2\n3\n4\n5\n6"]]],
    "with a frame": [ROWS],
}, seen
print("held: every second row is lost")
PYTHON
