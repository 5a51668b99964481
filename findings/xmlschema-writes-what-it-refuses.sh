#!/usr/bin/env bash
# xmlschema 4.3.2
#
# A decimal of an XML schema has no exponent. `encode` checks the value, finds it valid, and writes Python's text of it:
# 0.00001 is `1e-05`, and Decimal("100").normalize() is `1E+2`. Neither is a decimal for the same schema, which calls
# the document invalid, as does each other reader. 0.0001 and 100 are written as they should be.
# Seen: 1e-05 and 1E+2, both invalid
#
# Most would guess: 0.00001 and 100, as what a schema encodes is valid by it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check xmlschema==4.3.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal
from xml.etree import ElementTree

import xmlschema

SCHEMA = xmlschema.XMLSchema(
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r" type="xs:decimal"/></xs:schema>'
)


def write(value):
    element = SCHEMA.encode(value)
    return element.text, SCHEMA.is_valid(ElementTree.tostring(element, encoding="unicode"))


EXPECTED = {
    Decimal("100.00"): ("100.00", True),
    0.0001: ("0.0001", True),
    0.00001: ("1e-05", False),
    Decimal("0.0000001"): ("1E-7", False),
    Decimal("200").normalize(): ("2E+2", False),
}
seen = {value: write(value) for value in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
print("held: a valid amount is written as one that the schema refuses")
PYTHON
