#!/usr/bin/env bash
# rdflib 7.6.0
#
# In a graph with the row counts 10, 20 and "unknown" the average in SPARQL is 15: it leaves the text out, where the count
# is 3 and the sum is an error. The average of true and false is 0. And 1 = 1.0 is true, while 1 IN (1.0) is false.
#
# Most would guess: the average is an error as the sum is, by which SPARQL defines it; and IN compares as = does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check rdflib==7.6.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import rdflib


def ask(expression, *values):
    graph = rdflib.Graph()
    for number, value in enumerate(values):
        graph.add((rdflib.URIRef(f"urn:run:{number}"), rdflib.URIRef("urn:rows"), rdflib.Literal(value)))
    where = "?run <urn:rows> ?rows" if values else ""
    try:
        return [str(value) for row in graph.query(f"SELECT ({expression} AS ?x) WHERE {{ {where} }}") for value in row]
    except Exception as error:
        return f"error {type(error).__name__}"


COUNTS = (10, 20, "unknown")
seen = {
    "average": ask("AVG(?rows)", *COUNTS),
    "count": ask("COUNT(?rows)", *COUNTS),
    "sum": ask("SUM(?rows)", *COUNTS),
    "average of bools": ask("AVG(?rows)", True, False),
    "=": ask("1 = 1.0"),
    "IN": ask("1 IN (1.0)"),
}
print(seen)
assert seen == {
    "average": ["15"],
    "count": ["3"],
    "sum": "error SPARQLTypeError",
    "average of bools": ["0"],
    "=": ["true"],
    "IN": ["false"],
}, seen
print("held: an average leaves out what a sum refuses")
PYTHON
