#!/usr/bin/env bash
# graphviz 0.21, pydot 4.0.1
#
# An edge from s3://raw to s3://clean is written as one from the node s3 to itself, at two ports, by both packages: what
# follows a colon is a port. A graph of addresses with one scheme becomes one node. The package graphviz quotes the same
# name as a whole when a node of it is made, so the node and its edge are two.
#
# Most would guess: two nodes with the names that were given.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check graphviz==0.21 pydot==4.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import graphviz
import pydot

by_pydot = pydot.Dot()
by_pydot.add_edge(pydot.Edge("s3://raw", "s3://clean"))
by_graphviz = graphviz.Digraph()
by_graphviz.node("s3://raw")
by_graphviz.edge("s3://raw", "s3://clean")
texts = by_pydot.to_string(), by_graphviz.source
seen = [[line.strip(" \t;") for line in text.splitlines() if "s3" in line] for text in texts]
print(seen)
assert seen == [['s3:"//raw" -> s3:"//clean"'], ['"s3://raw"', 's3:"//raw" -> s3:"//clean"']], seen
print("held: two addresses of one scheme are one node")
PYTHON
