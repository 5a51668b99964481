#!/usr/bin/env bash
# json5 0.17.3, pyjson5 2.0.1
#
# A name with a character beyond the first 65,536, as one of Japanese surnames, is written by json5 as the two escapes
# that JSON has for it. Read again by json5 it is two characters, not equal to the name, and cannot be encoded for a
# file or a database. Each JSON file that Python's json wrote with such a name is read so, too. A text with a zero byte
# before a digit is written as what json5 refuses. pyjson5 and json read all of them as they were.
# Seen: 2 characters for 1, UnicodeEncodeError; "\01": an error
#
# Most would guess: what was written is read again, and JSON is JSON5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check json5==0.17.3 pyjson5==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json

import json5
import pyjson5

NAME = chr(0x20BB7)

written = {json5.dumps(NAME), json.dumps(NAME)}
assert written == {'"\\ud842\\udfb7"'}, written
text = written.pop()
seen = [len(reader.loads(text)) for reader in (json5, pyjson5, json)], json5.loads(text) == NAME
print("characters, equal:", *seen)
assert seen == ([2, 1, 1], False), seen
try:
    json5.loads(text).encode()
except UnicodeEncodeError as error:
    print(type(error).__name__)
else:
    raise AssertionError("the name was encoded")

zero = json5.dumps("\x001")
assert zero == '"\\01"', zero
try:
    json5.loads(zero)
except ValueError as error:
    print(error)
else:
    raise AssertionError("a zero before a digit was read")
assert json.loads(json.dumps("\x001")) == pyjson5.loads(json.dumps("\x001")) == "\x001"
print("held: json5 reads another name than it wrote")
PYTHON
