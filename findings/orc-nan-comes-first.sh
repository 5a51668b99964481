#!/usr/bin/env bash
# pyorc 0.12.0, pyarrow 26.0.1
#
# The same three values in ORC: nan, 1 and 3 have the minimum nan and the maximum nan in the statistics of the file, while
# 1, nan and 3 have 1 and 3. Written by pyarrow it is the same. In a column of floats the minimum of 0.1 is below the
# value that is stored, 0.10000000149.
#
# Most would guess: the order of rows has no say in minimum and maximum: a nan counts in both cases, or in none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyorc==0.12.0 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pyarrow
import pyarrow.orc
import pyorc

NAN = float("nan")


def by_pyorc(values, kind="double"):
    with open("a.orc", "wb") as file, pyorc.Writer(file, f"struct<a:{kind}>") as writer:
        writer.writerows((value,) for value in values)


def by_pyarrow(values):
    pyarrow.orc.write_table(pyarrow.table({"a": values}), "a.orc")


def bounds():
    with open("a.orc", "rb") as file:
        statistics = pyorc.Reader(file)[1].statistics
    return str(statistics["minimum"]), str(statistics["maximum"])


seen = {}
for write in (by_pyorc, by_pyarrow):
    for name, values in (("nan first", [NAN, 1.0, 3.0]), ("nan second", [1.0, NAN, 3.0])):
        write(values)
        seen[write.__name__, name] = bounds()
by_pyorc([0.1], "float")
stored = pyarrow.orc.read_table("a.orc")["a"][0].as_py()
print(seen, bounds(), stored)
for write in (by_pyorc, by_pyarrow):
    assert seen[write.__name__, "nan first"] == ("nan", "nan"), seen
    assert seen[write.__name__, "nan second"] == ("1.0", "3.0"), seen
assert bounds() == ("0.1", "0.1") and stored > 0.1, (bounds(), stored)
print("held: minimum and maximum depend on the order of the rows")
PYTHON
