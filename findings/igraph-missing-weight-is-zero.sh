#!/usr/bin/env bash
# igraph 1.0.0, networkx 3.6.1
#
# An edge whose weight is missing has the weight 0 when the graph was written as GML, and False as GraphML; a missing
# text is "None", in both. An id of 9007199254740993 is 9007199254740990, a float, though it is whole up to then.
# networkx reads what it wrote as GML with 1 for True and a text for a number above 2147483647; in GEXF the text "7" of
# one row is the number 7, as another row has a number.
# Seen: weight 0.0 and False; "None"; 9007199254740990.0; 1, "3000000000"; 7
#
# Most would guess: what is missing is missing, and the values that were written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check igraph==1.0.0 networkx==3.6.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import igraph
import networkx

graph = igraph.Graph(n=3, edges=[(0, 1), (1, 2)])
graph.vs["owner"] = ["ann", None, "bob"]
graph.vs["key"] = [9007199254740993, 2, 3]
graph.es["weight"] = [None, None]
read = {}
for kind in ("gml", "graphml"):
    graph.write(f"graph.{kind}", format=kind)
    other = igraph.Graph.Read(f"graph.{kind}", format=kind)
    read[kind] = (other.es["weight"], other.vs["owner"], other.vs["key"][0])
print(read)
assert read["gml"] == ([0, 0], ["ann", "None", "bob"], 9007199254740990), read
assert read["graphml"] == ([False, False], ["ann", "None", "bob"], 9007199254740990), read
assert read["graphml"][0][0] is False and read["gml"][0][0] is not False, read

jobs = networkx.Graph()
jobs.add_node("a", late=True, rows=3000000000, code=1)
jobs.add_node("b", late=False, rows=5, code="7")
networkx.write_gml(jobs, "jobs.gml")
networkx.write_gexf(jobs, "jobs.gexf")
gml = networkx.read_gml("jobs.gml").nodes["a"]
gexf = networkx.read_gexf("jobs.gexf").nodes["b"]
print(gml, gexf)
assert gml["late"] == 1 and gml["late"] is not True and gml["rows"] == "3000000000", gml
assert gexf["code"] == 7, gexf
print("held: a missing weight is 0")
PYTHON
