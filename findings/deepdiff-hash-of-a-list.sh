#!/usr/bin/env bash
# deepdiff 9.1.0
#
# The hash that DeepHash gives to a list is that of its elements without their order and without their number: the same
# rows in another order, and the same rows loaded twice, have the hash of before. DeepDiff, from the same package, tells
# both apart.
# Seen: same hash: order True, twice True; DeepDiff finds a difference in both
#
# Most would guess: another hash for each, as DeepDiff sees a difference by default.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check deepdiff==9.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from deepdiff import DeepDiff, DeepHash


def hash_of(rows):
    return DeepHash(rows)[rows]


ROWS = [{"id": 1, "amount": 5}, {"id": 2, "amount": 7}]
OTHERS = {"order": ROWS[::-1], "twice": ROWS + ROWS, "changed": [ROWS[0], {"id": 2, "amount": 8}]}
seen = {name: (hash_of(ROWS) == hash_of(rows), bool(DeepDiff(ROWS, rows))) for name, rows in OTHERS.items()}
print(seen)
assert seen == {"order": (True, True), "twice": (True, True), "changed": (False, True)}, seen
print("held: the same rows twice have the hash of once")
PYTHON
