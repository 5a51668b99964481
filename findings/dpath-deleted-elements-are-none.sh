#!/usr/bin/env bash
# dpath 2.2.0
#
# `dpath.delete()` takes a key out of a dictionary. In a list it removes the last element alone, and puts None in the
# place of any other, so the list is as long as before: of three rows that are all deleted two are left. The keys of a
# path are patterns: a column `x[1]` is not found by its name, but `x1` is, and `dpath.set()` changes that one. What is
# set where nothing is changes nothing, without an error.
# Seen: delete rows/0 of three -> None, 2, 3; rows/* -> None, None; set x[1] -> x1 has changed; set of a new key -> 0
# changes
#
# Most would guess: two rows and none, and the value of the key x[1].
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dpath==2.2.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import dpath


def after(change, *arguments):
    data = {"rows": [1, 2, 3], "columns": {"x[1]": 5, "x1": 6}}
    count = change(data, *arguments)
    return count, data


first = after(dpath.delete, "rows/0")
every = after(dpath.delete, "rows/*")
named = after(dpath.set, "columns/x[1]", 0)
new = after(dpath.set, "columns/y", 0)
print(first, every, named, new, sep="\n")
assert (first[0], first[1]["rows"]) == (1, [None, 2, 3]), first
assert (every[0], every[1]["rows"]) == (3, [None, None]), every
assert (named[0], named[1]["columns"]) == (1, {"x[1]": 5, "x1": 0}), named
assert (new[0], new[1]["columns"]) == (0, {"x[1]": 5, "x1": 6}), new
assert dpath.values({"x[1]": 5, "x1": 6}, "x[1]") == [6]
PYTHON
echo "held: deleted rows are None"
