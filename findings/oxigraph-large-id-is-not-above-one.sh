#!/usr/bin/env bash
# pyoxigraph 0.5.13, rdflib 7.6.0
#
# Two readers of one query in SPARQL. An integer beyond 64 bits with a sign, as a hash has them, is stored and
# returned, but a filter for all above 1 does not find it, and a sum with it is missing. So it is with a decimal of 19
# digits behind its point. A list of numbers that is joined by GROUP_CONCAT is missing, as each of them would have to
# be a text, and with one row that has no value so are the average and the maximum. rdflib has values for all of it.
# Seen: [5] of 9223372036854775808 and 5, for ?v > 1
#
# Most would guess: both of them, 2 as the average, and "1 2 3".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyoxigraph==0.5.13 rdflib==7.6.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import rdflib
from pyoxigraph import Store


def holds(query, oxigraph, rdf):
    seen = [row[0].value if row[0] else None for row in Store().query("SELECT " + query)]
    others = [str(row[0]) for row in rdflib.Graph().query("SELECT " + query)]
    print(f"{query}: {seen} {others}")
    assert [seen, others] == [oxigraph, rdf], query


large = "9223372036854775808"
long = "0.1234567890123456789"
holds("?v {VALUES ?v {%s 5}}" % large, [large, "5"], [large, "5"])
holds("?v {VALUES ?v {%s 5} FILTER(?v > 1)}" % large, ["5"], [large, "5"])
holds("(SUM(?v) AS ?x) {VALUES ?v {%s 5}}" % large, [None], ["9223372036854775813"])
holds("?v {VALUES ?v {%s 5} FILTER(?v > 0)}" % long, ["5"], [long, "5"])
holds("(GROUP_CONCAT(?v) AS ?x) {VALUES ?v {1 2 3}}", [None], ["1 2 3"])
holds("(AVG(?v) AS ?x) {VALUES ?v {1 3}}", ["2"], ["2"])
holds("(AVG(?v) AS ?x) {VALUES ?v {1 UNDEF 3}}", [None], ["2"])
holds("(MAX(?v) AS ?x) {VALUES ?v {1 UNDEF 3}}", [None], ["3"])
print("held: a large id is not above one")
PYTHON
