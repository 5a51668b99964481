#!/usr/bin/env bash
# dataclass-wizard 1.0.0
#
# JSON is read into dataclasses. A null for a field of type str is the text "None", without an error, and goes on to
# the database as such; for an int it is one. A text for a list of texts is the list of its letters. A pair whose JSON
# has three values keeps two. For a bool the number 2 and the text "2" are False, "1" and 1 are True.
# Seen: {'name': None, 'tags': 'new', 'span': [1, 2, 3], 'flag': 2} -> 'None', ['n', 'e', 'w'], (1, 2), False
#
# Most would guess: errors for all four; or None for the first, and True for the last, as any other number is true.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dataclass-wizard==1.0.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import dataclasses

from dataclass_wizard import fromdict
from dataclass_wizard.errors import JSONWizardError


@dataclasses.dataclass
class Row:
    name: str
    tags: list[str]
    span: tuple[int, int]
    flag: bool


seen = fromdict(Row, {"name": None, "tags": "new", "span": [1, 2, 3], "flag": 2})
print(seen)
assert seen == Row(name="None", tags=["n", "e", "w"], span=(1, 2), flag=False), seen
good = {"name": "a", "tags": [], "span": [1, 2], "flag": 1}
assert fromdict(Row, good).flag is True
assert fromdict(Row, {**good, "flag": "2"}).flag is False


@dataclasses.dataclass
class Count:
    number: int


try:
    fromdict(Count, {"number": None})
except JSONWizardError as error:
    print("refused: null for an int,", type(error).__name__)
else:
    raise SystemExit("null for an int is taken")
print("held: a null is the text None")
PYTHON
