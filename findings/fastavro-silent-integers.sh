#!/usr/bin/env bash
# fastavro 1.13.1
#
# A field of type int takes 1.5 and stores 1; a field of type boolean takes 7 and stores true; a field of type int, 32 bits
# by Avro's specification, takes 2147483648 and gives it back. A text in an int field is refused. Its own
# validation refuses all of them, but the writer asks it only with validator=True.
# Seen: 1.5 -> 1, 7 -> True, 2147483648 -> 2147483648, '5' -> TypeError
#
# Most would guess: a writer that has the schema refuses what the schema forbids, or at least loses no fraction.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastavro==1.13.1

"$folder/venv/bin/python" - <<'PYTHON'
import io

import fastavro


def stored(kind: str, value: object, **options: bool) -> object:
    schema = {"type": "record", "name": "row", "fields": [{"name": "value", "type": kind}]}
    file = io.BytesIO()
    fastavro.writer(file, schema, [{"value": value}], **options)
    file.seek(0)
    return next(fastavro.reader(file))["value"]


cases = [("int", 1.5), ("boolean", 7), ("int", 2**31)]
seen = [stored(kind, value) for kind, value in cases]
print(seen)
assert seen == [1, True, 2**31], seen
try:
    stored("int", "5")
except TypeError as error:
    print(error)
else:
    raise SystemExit("a text is stored in an int field now")
for kind, value in cases:
    try:
        stored(kind, value, validator=True)
    except fastavro.validation.ValidationError as error:
        print(kind, repr(value), type(error).__name__)
    else:
        raise SystemExit(f"validation accepts {value!r} as {kind} now")
print("held: fastavro stores 1.5 as 1 in an int field, 7 as true, and an int beyond 32 bits, without an error")
PYTHON
