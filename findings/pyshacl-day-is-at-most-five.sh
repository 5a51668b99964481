#!/usr/bin/env bash
# pyshacl 0.40.1, rdflib 7.6.0
#
# Where a value has to be at most 5, a date of 2024 is valid, and where it has to be at least 5 the same date is not;
# by SHACL what cannot be compared is a violation of both. "1e5" and "NaN" are valid decimals, a day alone and a time
# without its T are valid times. 1 and "01" of one thing are one value, so it has at most one, and not at least two.
# Seen: at most 5: True of a date, at least 5: False; decimal "NaN": True; dateTime "2024-01-01": True
#
# Most would guess: a date is no number, and refused by both; NaN is no decimal in XML Schema, a day no time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyshacl==0.40.1 rdflib==7.6.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pyshacl import validate
from rdflib import Graph

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <urn:example:> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def is_valid(rule, values):
    shape = f"ex:Shape a sh:NodeShape; sh:targetClass ex:Run; sh:property [ sh:path ex:value; {rule} ] ."
    rules = Graph().parse(data=PREFIXES + shape, format="turtle")
    data = Graph().parse(data=PREFIXES + f"ex:run a ex:Run; ex:value {values} .", format="turtle")
    return validate(data, shacl_graph=rules)[0]


CASES = {
    ("sh:maxInclusive 5", "6"): False,
    ("sh:maxInclusive 5", '"7"'): False,
    ("sh:maxInclusive 5", '"2024-01-01"^^xsd:date'): True,
    ("sh:minInclusive 5", '"2024-01-01"^^xsd:date'): False,
    ("sh:datatype xsd:decimal", '"abc"^^xsd:decimal'): False,
    ("sh:datatype xsd:decimal", '"NaN"^^xsd:decimal'): True,
    ("sh:datatype xsd:decimal", '"1e5"^^xsd:decimal'): True,
    ("sh:datatype xsd:dateTime", '"2024-01-01"^^xsd:dateTime'): True,
    ("sh:datatype xsd:dateTime", '"2024-01-01 10:00:00"^^xsd:dateTime'): True,
    ("sh:datatype xsd:date", '"2024-02-30"^^xsd:date'): False,
    ("sh:maxCount 1", '1, "01"^^xsd:integer'): True,
    ("sh:minCount 2", '1, "01"^^xsd:integer'): False,
}
seen = {case: is_valid(*case) for case in CASES}
print(*seen.items(), sep="\n")
assert seen == CASES, seen
print("held: a date of 2024 is at most 5")
PYTHON
