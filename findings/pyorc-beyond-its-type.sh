#!/usr/bin/env bash
# pyorc 0.12.0, pyarrow 26.0.1
#
# 2,147,483,648 in an ORC column of 32 bits is written without an error. pyorc reads it back, and it is the maximum in the
# statistics of the file; pyarrow reads -2,147,483,648 from the same file. 300 in a column of 8 bits is 44 for all of
# them. Only what is beyond 64 bits is refused.
#
# Most would guess: an error for all three, as pyarrow gives.
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


def write(kind, value):
    with open("a.orc", "wb") as file, pyorc.Writer(file, f"struct<a:{kind}>") as writer:
        writer.write((value,))


seen = {}
for kind, value in (("tinyint", 300), ("smallint", 40000), ("int", 2**31)):
    write(kind, value)
    with open("a.orc", "rb") as file:
        reader = pyorc.Reader(file)
        seen[kind] = {"pyorc": next(reader)[0], "maximum": reader[1].statistics["maximum"]}
    seen[kind]["pyarrow"] = pyarrow.orc.read_table("a.orc")["a"][0].as_py()
refused = []
for attempt in (lambda: write("bigint", 2**63), lambda: pyarrow.array([300], pyarrow.int8())):
    try:
        attempt()
    except Exception as error:
        refused.append(type(error).__name__)
print(seen, refused)
assert seen == {
    "tinyint": {"pyorc": 44, "maximum": 44, "pyarrow": 44},
    "smallint": {"pyorc": 40000, "maximum": 40000, "pyarrow": -25536},
    "int": {"pyorc": 2147483648, "maximum": 2147483648, "pyarrow": -2147483648},
}, seen
assert len(refused) == 2, refused
print("held: a value beyond its type is written, and read as another by pyarrow")
PYTHON
