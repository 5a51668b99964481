#!/usr/bin/env bash
# ase 3.29.0, numpy 2.4.6
#
# A surface, periodic in two directions, with an empty note is written as extended XYZ. Read again it is periodic in
# all three, as a bulk is, and its note is "pbc=T T F": an empty text swallows the next key of the line, be it of
# another note or of the atoms. A name of 007 is 7, a commit of 7e12345 infinite, "T" true, None true, and a backslash
# gone.
# Seen: pbc [True, True, True], note 'pbc=T T F'; without the note [True, True, False]
#
# Most would guess: what is written is read, or the writer refuses a text that it cannot write.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ase==3.29.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

from ase import Atoms
from ase.io import read, write


def again(**info):
    surface = Atoms("H2", positions=[[0, 0, 0], [0, 0, 1]], cell=[5, 5, 20], pbc=[True, True, False])
    surface.info = info
    file = io.StringIO()
    write(file, surface, format="extxyz")
    file.seek(0)
    found = read(file, format="extxyz")
    return found.info, found.pbc.tolist()


seen = {"without": again(), "note": again(note=""), "run": again(note="", run=5)}
values = {text: again(value=text)[0]["value"] for text in ("007", "7e12345", "T", "1,2", None, "a\\b")}
print(seen, values)
assert seen["without"] == ({}, [True, True, False]), seen
assert seen["note"] == ({"note": "pbc=T T F"}, [True, True, True]), seen
assert seen["run"] == ({"note": "run=5"}, [True, True, False]), seen
assert list(values["1,2"]) == [1, 2] and values["a\\b"] == "ab", values
assert [values["007"], values["7e12345"], values["T"], values[None]] == [7, float("inf"), True, True], values
print("held: a surface with an empty note is a bulk")
PYTHON
