#!/usr/bin/env bash
# airbyte-cdk 7.39.1
#
# With the default normalization a connector of Airbyte brings values to the types of its schema. A null where the
# schema says string is the text "None", which no later reader takes for a missing value; an object is Python's text
# of it, with single quotes, True and None, so no JSON. 5.7 as an integer is 5, while the text "5.7" stays a text; a 2
# is true, and an empty text or "n/a" stays what it is in a column of numbers, without an error.
# Seen: null -> "None", {"a": null} -> "{'a': None}", 5.7 -> 5
#
# Most would guess: null stays null, and an object becomes JSON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check airbyte-cdk==7.39.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from airbyte_cdk.sources.utils.transform import TransformConfig, TypeTransformer

transformer = TypeTransformer(TransformConfig.DefaultSchemaNormalization)


def normalize(value, name):
    record = {"field": value}
    transformer.transform(record, {"type": "object", "properties": {"field": {"type": name}}})
    return record["field"]


seen = {
    "null": normalize(None, "string"),
    "object": normalize({"a": None, "b": True}, "string"),
    "5.7": normalize(5.7, "integer"),
    "text of 5.7": normalize("5.7", "integer"),
    "two": normalize(2, "boolean"),
    "n/a": normalize("n/a", "number"),
    "nullable": normalize(None, ["null", "string"]),
}
print(seen)
assert seen == {
    "null": "None",
    "object": "{'a': None, 'b': True}",
    "5.7": 5,
    "text of 5.7": "5.7",
    "two": True,
    "n/a": "n/a",
    "nullable": None,
}, seen
assert seen["two"] is True
print("held: a null is the text None")
PYTHON
