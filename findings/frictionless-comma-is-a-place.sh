#!/usr/bin/env bash
# frictionless 5.21.0
#
# In a file with semicolons between columns and a comma in the numbers, the column of amounts is inferred as geopoint: 2,5 is a
# place, longitude 2 and latitude 5. The file is valid. The first amount above 180 makes the whole column text.
# Seen: geopoint, amounts [2.0, 5.0] and [3.0, 75.0], valid True; with 250,5 as a further amount: string
#
# Most would guess: the number 2.5, as the semicolon was detected too, or else text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check frictionless==5.21.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import frictionless


def read(name: str, *amounts: str) -> tuple[str, list, bool]:
    lines = [f"{number};{amount}\n" for number, amount in enumerate(amounts, 1)]
    pathlib.Path(name).write_text("order;amount\n" + "".join(lines))
    resource = frictionless.describe(name)
    values = [[float(part) for part in row["amount"]] for row in resource.read_rows()] if "250,5" not in amounts else []
    return resource.schema.get_field("amount").type, values, frictionless.validate(name).valid


seen = read("small.csv", "2,5", "3,75"), read("large.csv", "2,5", "3,75", "250,5")
print(seen)
assert seen == (("geopoint", [[2.0, 5.0], [3.0, 75.0]], True), ("string", [], True)), seen
print("held: an amount with a comma is a place on the map, and valid")
PYTHON
