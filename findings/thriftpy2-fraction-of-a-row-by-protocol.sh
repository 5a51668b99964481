#!/usr/bin/env bash
# thriftpy2 0.7.1
#
# One value has three results by the protocol of Thrift that it is written with. 1.9 for an i32 is 1 by the binary
# protocol and by that of JSON, and an error by the compact one. The text 5 is an error twice, and 5 by JSON. The bytes
# b"ab" for a string are "ab" twice and "b'ab'" by JSON. 40000 for an i16 passes by JSON, and for the others it is too
# large. With all three a set is read as a list, and "false" for a bool is true.
# Seen: 1.9: 1, error, 1; "5": error, error, 5; b"ab": "ab", "ab", "b'ab'"; 40000: error, error, 40000; {"a"}: ["a"]
#
# Most would guess: one result, whatever the protocol, and the type of the schema.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check thriftpy2==0.7.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import thriftpy2
from thriftpy2.protocol import TBinaryProtocolFactory, TCompactProtocolFactory, TJSONProtocolFactory
from thriftpy2.utils import deserialize, serialize

FIELDS = "i32 rows", "i16 small", "string name", "bool valid", "set<string> tags", "list<i32> days"
PROTOCOLS = TBinaryProtocolFactory(), TCompactProtocolFactory(), TJSONProtocolFactory()
EXPECTED = {
    ("rows", 1.9): [1, "error", 1],
    ("rows", "5"): ["error", "error", 5],
    ("small", 40000): ["error", "error", 40000],
    ("name", b"ab"): ["ab", "ab", "b'ab'"],
    ("valid", "false"): [True, True, True],
    ("tags", frozenset({"a"})): [["a"], ["a"], ["a"]],
    ("days", (1, 2.5)): [[1, 2], "error", [1, 2]],
}

fields = ", ".join(f"{number}: {field}" for number, field in enumerate(FIELDS, 1))
pathlib.Path("run.thrift").write_text("struct Run { %s }" % fields)
Run = thriftpy2.load("run.thrift", module_name="run_thrift").Run


def send(field, value, protocol):
    try:
        return getattr(deserialize(Run(), serialize(Run(**{field: value}), protocol), protocol), field)
    except Exception:
        return "error"


seen = {(field, value): [send(field, value, protocol) for protocol in PROTOCOLS] for field, value in EXPECTED}
for case, results in seen.items():
    print(*case, results)
assert seen == EXPECTED, seen
print("held: 1.9 rows are 1 row or an error, by the protocol")
PYTHON
