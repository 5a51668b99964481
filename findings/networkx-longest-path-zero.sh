#!/usr/bin/env bash
# networkx 3.6.1
#
# The longest path through tasks leaves out steps of weight zero at the end, and keeps those at the start. If every step is zero it
# is a single node, in a graph without the weights the whole chain. The length is right, so only the path shows it: a critical path
# may end before the task that is waited for.
# Seen: load -0- clean -5- report -0- mail: load, clean, report; all zero: load; no weights: load, clean, report, mail
#
# Most would guess: the path runs from a start to an end of the graph.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check networkx==3.6.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import networkx

tasks = ["load", "clean", "report", "mail"]


def longest(*weights: int) -> list[str]:
    graph = networkx.DiGraph()
    networkx.add_path(graph, tasks)
    for step, weight in zip(zip(tasks, tasks[1:]), weights):
        graph.edges[step]["weight"] = weight
    return networkx.dag_longest_path(graph)


seen = longest(0, 5, 0), longest(0, 0, 0), longest()
print(seen)
assert seen == (tasks[:3], tasks[:1], tasks), seen
print("held: a step of zero at the end is not on the longest path, one at the start is")
PYTHON
