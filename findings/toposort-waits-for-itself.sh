#!/usr/bin/env bash
# toposort 1.10, CPython's graphlib, networkx 3.6.1, toposort 2.0.2 (npm)
#
# A step that waits for itself can never run. For toposort of Python it waits for nothing, and comes first; only a
# circle of two steps is an error. graphlib, networkx and the toposort of npm say that it is a circle.
#
# Most would guess: a circle of one is a circle.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check toposort==1.10 networkx==3.6.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund toposort@2.0.2

"$folder/venv/bin/python" - <<'PYTHON'
import graphlib

import networkx
import toposort

STEPS = {"load": {"load"}, "report": {"load"}}


def refuses(sort, *errors):
    try:
        sort()
    except errors:
        return True
    return False


seen = toposort.toposort_flatten(STEPS)
print(seen)
assert seen == ["load", "report"], seen
circle = {"load": {"report"}, "report": {"load"}}
assert refuses(lambda: toposort.toposort_flatten(circle), toposort.CircularDependencyError)
assert refuses(lambda: list(graphlib.TopologicalSorter(STEPS).static_order()), graphlib.CycleError)
graph = networkx.DiGraph([(before, step) for step, all_before in STEPS.items() for before in all_before])
assert refuses(lambda: list(networkx.topological_sort(graph)), networkx.NetworkXUnfeasible)
PYTHON
node - <<'NODE'
const assert = require("assert");
const toposort = require("toposort");

assert.throws(() => toposort([["load", "load"], ["load", "report"]]), /Cyclic/);
console.log("held: a step that waits for itself is sorted by one of four");
NODE
