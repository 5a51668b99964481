#!/usr/bin/env bash
# rustworkx 0.18.1, igraph 1.0.0
#
# Both name a node by a number. Once a node was removed, rustworkx gives its number to the next node that is added, so
# what was remembered as "orders" is "invoices"; igraph moves all numbers behind it down by one, so what was
# remembered as "orders" is "sales". Neither is an error for who asks by the old number. And the graph that rustworkx
# returns as the transitive reduction has new numbers, without the gap.
# Seen: rustworkx 0 is orders, then invoices; igraph 0 is orders, then sales
#
# Most would guess: a number names one node as long as the graph lives, or none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check rustworkx==0.18.1 igraph==1.0.0

"$folder/venv/bin/python" - <<'PYTHON'
import igraph
import rustworkx

graph = rustworkx.PyDiGraph()
orders, sales, report = graph.add_nodes_from(["orders", "sales", "report"])
graph.add_edge(sales, report, None)
graph.remove_node(orders)
reduced, numbers = rustworkx.transitive_reduction(graph)
moved = list(graph.node_indices()), list(reduced.node_indices()), dict(numbers)
invoices = graph.add_node("invoices")
print(orders, invoices, graph[orders], moved)
assert invoices == orders == 0 and graph[orders] == "invoices"
assert moved == ([1, 2], [0, 1], {1: 0, 2: 1}), moved

other = igraph.Graph.TupleList([("orders", "sales"), ("sales", "report")], directed=True)
orders = other.vs.find("orders").index
other.delete_vertices(orders)
print(orders, other.vs["name"])
assert other.vs[orders]["name"] == "sales", other.vs["name"]
print("held: the number of a removed node names another one")
PYTHON
