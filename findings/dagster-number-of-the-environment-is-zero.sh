#!/usr/bin/env bash
# dagster 1.13.27
#
# EnvVar("FOLDER") is a text, the name of the variable, and EnvVar.int("PORT") is the number 0, until a resource or a config
# takes them. `EnvVar("FOLDER") + "/orders"` is FOLDER/orders and EnvVar.int("RETRIES") + 1 is 1, without an error. In an f-string
# or in str() the text is refused, with an error that says what to do; added, joined, written as JSON or compared it is not. A
# variable that is set to nothing is None as a number, though it has to be there, and an empty text as a text.
# Seen: "FOLDER/orders", 1, range(0, 0), '{"folder": "FOLDER", "retries": 0}'; f-string: RuntimeError; set to nothing: None
#
# Most would guess: the error that the f-string has, or the value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
FOLDER=/data RETRIES=5 NOTHING="" "$folder/venv/bin/python" - <<'PYTHON'
import json
import os.path

import dagster as dg

place = dg.EnvVar("FOLDER")
retries = dg.EnvVar.int("RETRIES")
seen = (
    place + "/orders",
    os.path.join(place, "orders"),
    "s3://" + place,
    retries + 1,
    range(retries),
    json.dumps({"folder": place, "retries": retries}),
)
nothing = dg.EnvVar.int("NOTHING").get_value(), dg.EnvVar("NOTHING").get_value()
print(*seen, nothing)
assert seen == (
    "FOLDER/orders",
    "FOLDER/orders",
    "s3://FOLDER",
    1,
    range(0),
    '{"folder": "FOLDER", "retries": 0}',
), seen
assert nothing == (None, ""), nothing
assert (place.get_value(), retries.get_value()) == ("/data", 5)
for text in (lambda: f"{place}/orders", lambda: str(retries)):
    try:
        text()
    except RuntimeError as error:
        print("refused:", str(error)[:60])
    else:
        raise AssertionError("the text was not refused")
print("held: a number of the environment is 0")
PYTHON
