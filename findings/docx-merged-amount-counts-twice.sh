#!/usr/bin/env bash
# python-docx 1.2.0
#
# A cell that is merged over two columns comes twice when the cells of a row are read, and one that is merged over two
# rows in both of them, so an amount in it is added twice. The paragraphs of a document leave out those of its tables:
# the word that is looked for is not found.
# Seen: [['100', '100', '5'], ['1', '2', '5']]: a sum of 213, of 108
#
# Most would guess: once, as it is seen, or once and empty.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-docx==1.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import docx

document = docx.Document()
table = document.add_table(2, 3)
for column, amount in enumerate(("1", "2")):
    table.cell(1, column).text = amount
table.cell(0, 0).merge(table.cell(0, 1)).text = "100"
table.cell(0, 2).merge(table.cell(1, 2)).text = "5"
document.add_paragraph("Amounts")
document.save("amounts.docx")

read = docx.Document("amounts.docx")
cells = [[cell.text for cell in row.cells] for row in read.tables[0].rows]
amount = sum(int(text) for row in cells for text in row)
print(cells, amount, [paragraph.text for paragraph in read.paragraphs])
assert cells == [["100", "100", "5"], ["1", "2", "5"]], cells
assert amount == 213 and [paragraph.text for paragraph in read.paragraphs] == ["Amounts"]
print("held: an amount in a cell over two columns is added twice")
PYTHON
