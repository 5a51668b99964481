#!/usr/bin/env bash
# tinydb 4.9.0
#
# A document that was changed in the result of a search, and not stored, is found with the change by the next search for
# the same, while the file and get() have the old value: the search is answered from a cache, with the same objects. The
# number of a deleted document is given to the next one after a restart, and to none before. What is not 1 leaves out
# documents without the field by `!=`, and finds them by `~(==)`.
# Seen: [{'state': 'success'}] by search(), {'state': 'failed'} by get()
#
# Most would guess: a search says what is stored, and a number stays that of one document.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tinydb==4.9.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from tinydb import TinyDB, where

database = TinyDB("runs.json")
database.insert_multiple([{"run": 1, "state": "failed"}, {"run": 2, "state": "failed"}, {"run": 3}])
first = where("run") == 1
database.search(first)[0]["state"] = "success"
searched, got = database.search(first)[0]["state"], database.get(first)["state"]
stored = TinyDB("runs.json").get(first)["state"]
print(searched, got, stored)
assert (searched, got, stored) == ("success", "failed", "failed")

different = [run["run"] for run in database.search(where("state") != "success")]
negated = [run["run"] for run in database.search(~(where("state") == "success"))]
print(different, negated)
assert (different, negated) == ([1, 2], [1, 2, 3])

database.remove(doc_ids=[3])
before = database.insert({"run": 4})
database.remove(doc_ids=[before])
database.close()
after = TinyDB("runs.json").insert({"run": 5})
print(before, after)
assert (before, after) == (4, 3)
print("held: a search finds a change that was never stored")
PYTHON
