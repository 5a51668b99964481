#!/usr/bin/env bash
# rustworkx 0.18.1, networkx 3.6.1, igraph 1.0.0, numpy 2.4.6
#
# Of a triangle with a tail half of all pairs of neighbours are neighbours themselves: the transitivity of the graph is
# 0.5. With one of its edges there twice, as of two calls between two services, it is 0.67 in rustworkx, and still 0.5
# in the others. If the edges have a direction it is 0, 0.25 or 0.5, by the library. The mean closeness of the nodes
# is 0.24, 0.24 and 0.61 then, as igraph forgets the direction and the node without edges.
# Seen: 0.5 and 0.67; networkx 0, rustworkx 0.25, igraph 0.5; 0.24, 0.24, 0.61
#
# Most would guess: one number for one graph.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    rustworkx==0.18.1 networkx==3.6.1 igraph==1.0.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import igraph
import networkx
import rustworkx

CALLS = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)]


def graphs(calls, directed):
    first = (networkx.DiGraph if directed else networkx.Graph)(calls)
    first.add_node(5)
    second = (rustworkx.PyDiGraph if directed else rustworkx.PyGraph)()
    second.add_nodes_from(range(6))
    second.add_edges_from([(*call, 1.0) for call in calls])
    return first, second, igraph.Graph(n=6, edges=calls, directed=directed)


def transitivity(calls, directed):
    first, second, third = graphs(calls, directed)
    found = networkx.transitivity(first), rustworkx.transitivity(second), third.transitivity_undirected()
    return [round(number, 2) for number in found]


seen = [transitivity(CALLS, False), transitivity([*CALLS, (0, 1)], False), transitivity(CALLS, True)]
print(seen)
assert seen == [[0.5, 0.5, 0.5], [0.5, 0.67, 0.5], [0, 0.25, 0.5]], seen

first, second, third = graphs(CALLS, True)
near = networkx.closeness_centrality(first), dict(rustworkx.closeness_centrality(second)), third.closeness()
near = [[number for number in (found.values() if isinstance(found, dict) else found)] for found in near]
near = [[number for number in found if number == number] for found in near]
means = [round(sum(found) / len(found), 2) for found in near]
print([len(found) for found in near], means)
assert [len(found) for found in near] == [6, 6, 5] and means == [0.24, 0.24, 0.61], means
print("held: a call that is there twice closes more triangles")
PYTHON
