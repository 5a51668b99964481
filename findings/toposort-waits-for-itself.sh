#!/usr/bin/env bash
# toposort 1.10, igraph 1.0.0, CPython's graphlib
#
# An asset that depends on itself is no cycle for toposort: what waits for itself is put into the order as if it did
# not. A cycle of two is an error. graphlib calls both a cycle, and igraph says of both that the graph is not acyclic.
# So an order that toposort has made does not show that the graph has no cycle.
# Seen: [{'orders'}, {'sales'}], where sales depends on orders and sales
#
# Most would guess: a dependency on itself is the shortest cycle, and an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check toposort==1.10 igraph==1.0.0

"$folder/venv/bin/python" - <<'PYTHON'
import graphlib

import igraph
import toposort


def order_of(graph):
    try:
        return list(toposort.toposort(graph))
    except toposort.CircularDependencyError:
        return "cycle"


def sorted_by_python(graph):
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError:
        return "cycle"


of_itself = {"sales": {"orders", "sales"}}
of_two = {"sales": {"orders"}, "orders": {"sales"}}
seen = {"itself": order_of(of_itself), "two": order_of(of_two)}
print(seen, sorted_by_python(of_itself), sorted_by_python(of_two))
assert seen == {"itself": [{"orders"}, {"sales"}], "two": "cycle"}, seen
assert sorted_by_python(of_itself) == sorted_by_python(of_two) == "cycle"

edges = {"itself": [("orders", "sales"), ("sales", "sales")], "two": [("orders", "sales"), ("sales", "orders")]}
acyclic = {name: igraph.Graph.TupleList(pairs, directed=True).is_dag() for name, pairs in edges.items()}
print(acyclic)
assert acyclic == {"itself": False, "two": False}, acyclic
print("held: what depends on itself has a place in the order of toposort, and is a cycle for graphlib and igraph")
PYTHON
