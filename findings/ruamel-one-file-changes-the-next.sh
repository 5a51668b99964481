#!/usr/bin/env bash
# ruamel.yaml 0.19.1
#
# A reader that has read one file which begins with `%YAML 1.1` reads all later files as YAML 1.1, though they say
# nothing: 012 was 12 and is 10, "yes" was a text and is true, and 12:30:00 is 45000. What a file means depends on those
# that were read before it by the same object, and so on their order. It is so for each kind of reader that was tried.
# Seen: {'a': 12, 'b': 'yes', 'c': '12:30:00'} before, {'a': 10, 'b': True, 'c': 45000} after
#
# Most would guess: the line is about the file that it stands in.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ruamel.yaml==0.19.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from ruamel.yaml import YAML

TEXT = "a: 012\nb: yes\nc: 12:30:00\n"
for kind in ("rt", "safe"):
    reader = YAML(typ=kind)
    before = dict(reader.load(TEXT))
    reader.load("%YAML 1.1\n---\nx: 1\n")
    after = dict(reader.load(TEXT))
    print(kind, before, after)
    assert before == {"a": 12, "b": "yes", "c": "12:30:00"}, before
    assert after == {"a": 10, "b": True, "c": 45000}, after
print("held: one file of YAML 1.1 changes what all later files mean")
PYTHON
