#!/usr/bin/env bash
# amazon.ion 0.15.0, pandas 3.1.1
#
# A null of Amazon Ion is read as an object of its own: it is not None, not equal to None, `get` with a default returns
# it, and pandas counts it as a value that is there. `value is None` is never true, so rows without a value pass each
# check for one. A true is equal to True, but not True itself, and JSON writes it as 1. Two numbers with other units, as
# annotations, are equal.
# Seen: is None: False; == None: False; missing in pandas: False; true in JSON: 1
#
# Most would guess: None, as null is in JSON, YAML, MessagePack, CBOR and Avro.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check amazon.ion==0.15.0 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json

import pandas
from amazon.ion import simpleion

run = simpleion.loads("{rows: null, ok: true}")
seen = {
    "is None": run["rows"] is None,
    "== None": run["rows"] == None,  # noqa: E711
    "default": run.get("rows", 5) == 5,
    "missing": bool(pandas.isna(run["rows"])),
    "true": json.dumps(run["ok"]),
    "units": simpleion.loads("metres::5") == simpleion.loads("feet::5"),
}
print(seen)
assert seen == {
    "is None": False,
    "== None": False,
    "default": False,
    "missing": False,
    "true": "1",
    "units": True,
}, seen
assert not run["rows"] and simpleion.dumps(run["rows"], binary=False).endswith("null")
print("held: a null is not None, and not missing")
PYTHON
