#!/usr/bin/env bash
# python-docx 1.2.0, python-pptx 1.0.2
#
# The table of a document is given as a grid, in which a merged cell stands at each of its places: an amount that is
# valid for two rows is in both, and a sum over the rows counts it twice; a heading over three columns is three
# headings. A table of a slide, by the library of the same hands, has the text once and empty texts for the rest.
# Seen: amounts of a document ['100', '100', '50'], of a slide ['100', '', '50']
#
# Most would guess: one of the two for both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-docx==1.2.0 python-pptx==1.0.2

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import docx
import pptx
from pptx.util import Inches

AMOUNTS = ("100", "", "50")


def filled(table):
    for row, amount in enumerate(AMOUNTS):
        table.cell(row, 0).text = f"item {row}"
        table.cell(row, 1).text = amount
    table.cell(0, 1).merge(table.cell(1, 1))
    return [row.cells[1].text.strip() for row in table.rows]


document = docx.Document()
in_document = filled(document.add_table(3, 2))
slides = pptx.Presentation()
slide = slides.slides.add_slide(slides.slide_layouts[5])
on_slide = filled(slide.shapes.add_table(3, 2, 0, 0, Inches(4), Inches(2)).table)
print(in_document, on_slide)
assert in_document == ["100", "100", "50"], in_document
assert on_slide == ["100", "", "50"], on_slide
print("held: a merged amount counts twice")
PYTHON
