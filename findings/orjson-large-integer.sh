#!/usr/bin/env bash
# orjson 3.13.0
#
# The largest unsigned 64-bit integer, 18446744073709551615, is read exactly; the next one becomes the float
# 1.8446744073709552e+19, which is not it. The standard library reads both exactly. orjson refuses to write such an
# integer, so that it reads what it would not write.
#
# Most would guess: an integer, as from the standard library, or an error as on writing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check orjson==3.13.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json

import orjson

TEXT = str(2**64)
seen = orjson.loads(str(2**64 - 1)), orjson.loads(TEXT), json.loads(TEXT)
print(seen)
assert seen == (2**64 - 1, 1.8446744073709552e19, 2**64), seen
assert type(seen[1]) is float
try:
    orjson.dumps(2**64)
except TypeError as error:
    print("writing it:", error)
else:
    raise AssertionError("it is written")
print("held: the first integer beyond 64 bits is read as a float")
PYTHON
