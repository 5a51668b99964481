#!/usr/bin/env bash
# marshmallow 4.4.0
#
# A field that is called values, items, keys, copy, get or pop, and whose key is missing in a dictionary, is not left out on
# dumping: what is written is the method of that name that each dictionary has, as a text with its address in memory. So two dumps
# of one record differ. A field of any other name is left out. A field called count or index does the same for a named tuple.
# Seen: {"check": "range"} with fields check, values, unit: {"check": "range", "values": "<built-in method values of dict object
#       at 0x...>"}; a record with values: as it is
#
# Most would guess: {"check": "range"}: a missing key is left out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check marshmallow==4.4.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import marshmallow
from marshmallow import fields


class Check(marshmallow.Schema):
    check = fields.String()
    values = fields.String()
    unit = fields.String()


class Row(marshmallow.Schema):
    items = fields.String()
    keys = fields.String()
    get = fields.String()
    name = fields.String()


missing = Check().dump({"check": "range"})
present = Check().dump({"check": "range", "values": "1 to 5"})
rows = Row(many=True).dump([{"name": "a"}])
print(missing, present, rows)
assert sorted(missing) == ["check", "values"], missing
assert missing["values"].startswith("<built-in method values of dict object at 0x"), missing
assert present == {"check": "range", "values": "1 to 5"}, present
assert all(rows[0][name].startswith(f"<built-in method {name} of dict object") for name in ("items", "keys", "get")), rows
print("held: values that are missing are a method")
PYTHON
