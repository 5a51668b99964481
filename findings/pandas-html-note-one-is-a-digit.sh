#!/usr/bin/env bash
# pandas 3.1.1, lxml 6.1.3, html5lib 1.1, beautifulsoup4 4.15.0
#
# `read_html()` joins the texts of a cell: a count of 1,234 with a note 1 in superscript is the number 12341, 2 to the
# power of 10 is 210, and 5 after a struck 3 is 35. A decimal comma is dropped, 1,5 is 15, as are all commas of 1,2,3.
# A table in a cell is there twice, as the text of the cell and as a row of the outer table. Both parsers do so.
# Seen: [12341, 210, 35, 15, 123]; [6, 7, 7] of two rows
#
# Most would guess: a text, or 1234 and 5, and two rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pandas==3.1.1 lxml==6.1.3 html5lib==1.1 beautifulsoup4==4.15.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

import pandas


def table(*cells, flavor):
    rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
    page = f"<table><thead><tr><th>count</th></tr></thead><tbody>{rows}</tbody></table>"
    return pandas.read_html(io.StringIO(page), flavor=flavor)[0]["count"].tolist()


CELLS = ("1,234<sup>1</sup>", "2<sup>10</sup>", "<del>3</del>5", "1,5", "1,2,3")
INNER = "<table><tbody><tr><td>7</td></tr></tbody></table>"
for flavor in ("lxml", "html5lib"):
    seen = table(*CELLS, flavor=flavor)
    print(flavor, seen)
    assert seen == [12341, 210, 35, 15, 123], seen
rows = {flavor: table("6", INNER, flavor=flavor) for flavor in ("lxml", "html5lib")}
print(rows)
assert rows == {"lxml": [6, 7, 7], "html5lib": [6, 7, 7]}, rows
print("held: note one is a digit")
PYTHON
