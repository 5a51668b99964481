#!/usr/bin/env bash
# toml 0.10.2, tomlkit 0.15.2, CPython's tomllib
#
# A table within a list within a list is written by toml as the list of its keys, and its values are lost, without an
# error. An unprintable character becomes three printable ones: a delete (127) is written as "x7f". tomlkit writes what
# it was given.
# Seen: [[{"table": "orders", "rows": 5}]] becomes [[["table", "rows"]]]
#
# Most would guess: the same values after reading, or an error, since the same table in one list keeps its values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check toml==0.10.2 tomlkit==0.15.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import tomllib

import toml
import tomlkit

VALUES = ([{"table": "orders", "rows": 5}], [[{"table": "orders", "rows": 5}]], "a\x7fb")
seen = {
    library.__name__: [tomllib.loads(library.dumps({"checks": value}))["checks"] for value in VALUES]
    for library in (toml, tomlkit)
}
print(seen)
assert seen["toml"] == [[{"table": "orders", "rows": 5}], [[["table", "rows"]]], "ax7fb"], seen
assert seen["tomlkit"] == list(VALUES), seen
print("held: a table in a list of lists is written as its keys, and a delete as x7f")
PYTHON
