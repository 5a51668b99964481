#!/usr/bin/env bash
# rdflib 7.6.0, pyoxigraph 0.5.13
#
# Functions of SPARQL. TIMEZONE of a time at +05:30 is PT5H and at -00:30 no time, as the minutes are dropped; TZ has
# them. The mean of an hour and two hours is the number 0, as is that of nothing. The least of 1, NaN and 3 is 3, and
# of 1, 3 and NaN it is NaN, by their order. SUBSTR("abc", 0, 2) is empty where the standard has "a", as the first two
# places are 0 and 1.
# Seen: PT5H of +05:30, and 0 of PT1H and PT2H
#
# Most would guess: PT5H30M, PT1H30M or no value, 1, and "a".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check rdflib==7.6.0 pyoxigraph==0.5.13

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import rdflib
from pyoxigraph import Store

PREFIX = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT "


def holds(query, rdf, oxigraph):
    seen = [str(row[0]) for row in rdflib.Graph().query(PREFIX + query)]
    others = [row[0].value if row[0] else None for row in Store().query(PREFIX + query)]
    print(f"{query}: {seen} {others}")
    assert [seen, others] == [[rdf], [oxigraph]], query


TIME = '"2024-01-02T03:04:05%s"^^xsd:dateTime'
holds(f"(TIMEZONE({TIME % '+02:00'}) AS ?x) {{}}", "PT2H", "PT2H")
holds(f"(TIMEZONE({TIME % '+05:30'}) AS ?x) {{}}", "PT5H", "PT5H30M")
holds(f"(TIMEZONE({TIME % '-00:30'}) AS ?x) {{}}", "P0D", "-PT30M")
holds(f"(TZ({TIME % '+05:30'}) AS ?x) {{}}", "+05:30", "+05:30")
hours = '{VALUES ?v {"PT1H"^^xsd:dayTimeDuration "PT2H"^^xsd:dayTimeDuration}}'
holds(f"(AVG(?v) AS ?x) {hours}", "0", None)
holds('(MIN(?v) AS ?x) {VALUES ?v {1 "NaN"^^xsd:double 3}}', "3", "1")
holds('(MIN(?v) AS ?x) {VALUES ?v {1 3 "NaN"^^xsd:double}}', "NaN", "1")
holds('(SUBSTR("abc", 0, 2) AS ?x) {}', "", "a")
print("held: India is five hours east")
PYTHON
