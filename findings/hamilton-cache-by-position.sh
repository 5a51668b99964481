#!/usr/bin/env bash
# sf-hamilton 1.90.0, pandas 3.1.1, numpy 2.4.6
#
# Hamilton's cache takes a table whose column has another name for the same: a node that adds credits and takes debits
# away gives 100 for a credit of 100, and 100 again for a debit of 100, from its cache. An array of another shape, the
# text "1" after the number 1, and a list of the words of a mapping are the same to it as well. The hash of a table is
# that of its values.
# Seen: credit 100, debit 100 (without the cache -100), shape (6,) for (2, 3), 1 for '1', {'a': 'b'} for ['a', 'b']
#
# Most would guess: a table with another column is another input, and its node runs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  sf-hamilton==1.90.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
cat >nodes.py <<'PYTHON'
import numpy
import pandas


def gain(table: pandas.DataFrame) -> int:
    nothing = pandas.Series(dtype=int)
    return int(table.get("credit", nothing).sum() - table.get("debit", nothing).sum())


def words(value: object) -> str:
    return f"{value.shape}" if isinstance(value, numpy.ndarray) else repr(value)
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import nodes
import numpy
import pandas
from hamilton import driver

plain = driver.Builder().with_modules(nodes).build()
cached = driver.Builder().with_modules(nodes).with_cache(path="cache").build()
CASES = [
    ("gain", "table", pandas.DataFrame({"credit": [100]}), pandas.DataFrame({"debit": [100]})),
    ("words", "value", numpy.arange(6), numpy.arange(6).reshape(2, 3)),
    ("words", "value", 1, "1"),
    ("words", "value", {"a": "b"}, ["a", "b"]),
]
seen = []
for node, name, first, then in CASES:
    cached.execute([node], inputs={name: first})
    seen.append(tuple(each.execute([node], inputs={name: then})[node] for each in (plain, cached)))
print(seen)
assert seen == [(-100, 100), ("(2, 3)", "(6,)"), ("'1'", "1"), ("['a', 'b']", "{'a': 'b'}")], seen
print("held: a debit has the cached result of a credit")
PYTHON
