#!/usr/bin/env bash
# kuzu 0.11.3
#
# A node is looked up by an integer in the braces of a pattern. A fraction is rounded first: {id: 2.4} is node 2, and
# {id: 2.6} node 3, also as a parameter and for a column that is no key. `MERGE`, which makes what is not there, changes
# node 2 and makes none. `WHERE` with the same parameter finds none, and 2 = 2.4 is false.
# Seen: {id: 2.4} -> 2, {id: 2.6} -> 3, WHERE id = 2.4 -> none; after MERGE of 2.4: old, new, old
#
# Most would guess: that the braces find what WHERE finds, so none, and an error or a fourth node.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check kuzu==0.11.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import kuzu

connection = kuzu.Connection(kuzu.Database(":memory:"))


def ask(query, **parameters):
    result = connection.execute(query, parameters)
    rows = []
    while result.has_next():
        rows.append(result.get_next()[0])
    return rows


ask("create node table job(id int64, rows int64, name string, primary key(id))")
for number in (1, 2, 3):
    ask("create (:job {id: $number, rows: $number, name: 'old'})", number=number)
seen = {
    "2.4": ask("match (job:job {id: 2.4}) return job.id"),
    "2.6": ask("match (job:job {id: $id}) return job.id", id=2.6),
    "rows 2.4": ask("match (job:job {rows: $rows}) return job.id", rows=2.4),
    "where": ask("match (job:job) where job.id = $id return job.id", id=2.4),
    "equal": ask("return 2 = 2.4"),
    "merged": ask("merge (job:job {id: 2.4}) on match set job.name = 'new' return job.id"),
}
seen["names"] = ask("match (job:job) return job.name order by job.id")
print(seen)
assert seen == {
    "2.4": [2],
    "2.6": [3],
    "rows 2.4": [2],
    "where": [],
    "equal": [False],
    "merged": [2],
    "names": ["old", "new", "old"],
}, seen
print("held: 2.4 is node 2")
PYTHON
