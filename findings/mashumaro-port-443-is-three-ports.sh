#!/usr/bin/env bash
# mashumaro 3.23, typedload 2.41, dacite 1.9.2
#
# A value that does not have the type of its field is turned into it. Where a list of integers is declared, the text
# "443" becomes 4, 4 and 3 by mashumaro, and a mapping its keys. A null name is the text "None", 1.9 rows are one, and
# "false" is true, by typedload, too. Of a field that is an integer or a text, 1.5 is 1, though 1.5 is neither. dacite
# refuses all.
# Seen: ports [4, 4, 3]; name 'None'; rows 1; done True; either 1
#
# Most would guess: an error: the data classes are there to check what comes in.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mashumaro==3.23 typedload==2.41 dacite==1.9.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from dataclasses import dataclass, field

import dacite
import typedload
from mashumaro import DataClassDictMixin


@dataclass
class Run(DataClassDictMixin):
    ports: list[int] = field(default_factory=list)
    name: str = ""
    rows: int = 0
    done: bool = False
    either: int | str = 0


VALUES = [("ports", "443"), ("ports", {"80": "web"}), ("name", None), ("rows", 1.9), ("done", "false"), ("either", 1.5)]
READERS = {"mashumaro": Run.from_dict, "typedload": lambda data: typedload.load(data, Run)}


def read(reader, name, value):
    try:
        return getattr(reader({name: value}), name)
    except (typedload.exceptions.TypedloadException, dacite.DaciteError, ValueError):
        return "refused"


seen = {reader: [read(READERS[reader], *value) for value in VALUES] for reader in READERS}
print(seen)
assert seen["mashumaro"] == [[4, 4, 3], [80], "None", 1, True, 1], seen
assert seen["typedload"] == ["refused", "refused", "None", 1, True, 1], seen
refused = [read(lambda data: dacite.from_dict(Run, data), *value) for value in VALUES]
assert refused == ["refused"] * 6, refused
print("held: port 443 is the ports 4, 4 and 3")
PYTHON
