#!/usr/bin/env bash
# pandas 3.1.1, lxml 6.1.3
#
# `read_xml()` has two ways to read. By `iterparse`, which is for large files, an element of the same name deeper in a
# row takes the place of its own: the amount of the order is that of its tax. Read at once it is its own. Of two tags
# of one order the first is lost, an attribute is lost where an element has its name, and a comment or an element in a
# text ends it, so that 12.50 is 12; the other parser, etree, reads over a comment. None of it is an error or a warning.
# Seen: 19 of an order of 100; AB of "AB<!-- old -->12"
#
# Most would guess: 100 in both ways, AB12, and an error or a list where one column has two values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 lxml==6.1.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas


def column(row, name, **options):
    with open("orders.xml", "w") as file:
        file.write(f"<orders>{row}</orders>")
    return pandas.read_xml("orders.xml", **options)[name].tolist()


ORDER = "<order><amount>100</amount><tax><amount>19</amount></tax></order>"
COMMENT = "<order><id>AB<!-- old -->12</id></order>"
seen = {
    "at once": column(ORDER, "amount"),
    "iterparse": column(ORDER, "amount", iterparse={"order": ["amount"]}),
    "tags": column("<order><tag>new</tag><tag>paid</tag></order>", "tag"),
    "attribute": column('<order id="7"><id>8</id></order>', "id"),
    "comment": column(COMMENT, "id"),
    "comment by etree": column(COMMENT, "id", parser="etree"),
    "element": column("<order><price>12<b>.50</b></price></order>", "price"),
}
print(seen)
assert seen == {
    "at once": [100],
    "iterparse": [19],
    "tags": ["paid"],
    "attribute": [8],
    "comment": ["AB"],
    "comment by etree": ["AB12"],
    "element": [12],
}, seen
print("held: the amount of the order is that of its tax")
PYTHON
