#!/usr/bin/env bash
# tomlkit 0.15.2, CPython's tomllib
#
# A list of a TOML document that is sorted in place, or doubled by `*=`, is so for the program that did it, and written
# as it was before. `reverse` and `+=` are written. So a program that sorts, checks what it sorted and saves has changed
# nothing.
# Seen: in memory check, clean, load; written load, clean, check
#
# Most would guess: what the document holds is what is written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tomlkit==0.15.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import tomllib

import tomlkit

document = tomlkit.parse('steps = ["load", "clean", "check"]\nports = [1, 2]\nnames = ["b"]\n')
document["steps"].sort()
document["ports"] *= 2
document["names"] += ["a"]
written = tomllib.loads(tomlkit.dumps(document))
print(document.unwrap(), written)
assert document["steps"] == ["check", "clean", "load"] and document["ports"] == [1, 2, 1, 2], document
assert written == {"steps": ["load", "clean", "check"], "ports": [1, 2], "names": ["b", "a"]}, written
print("held: a list that was sorted is written as it was before")
PYTHON
