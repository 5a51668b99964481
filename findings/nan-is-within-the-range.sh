#!/usr/bin/env bash
# jsonschema 4.26.0, fastjsonschema 2.22.3, Cerberus 1.3.8, marshmallow 4.4.0, voluptuous 0.16.0, pydantic 2.14.4
#
# NaN, which Python's json module reads and writes, is between 0 and 100 for jsonschema, fastjsonschema, Cerberus and
# marshmallow's Range; voluptuous and pydantic refuse it. voluptuous' Clamp(0, 100) returns it. And the price of 19.99
# is no multiple of 0.01 for jsonschema, as is 0.28; fastjsonschema and pydantic accept both.
#
# Most would guess: NaN is within no range, and 19.99 is a number of cents.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  jsonschema==4.26.0 fastjsonschema==2.22.3 Cerberus==1.3.8 \
  marshmallow==4.4.0 voluptuous==0.16.0 pydantic==2.14.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json
from typing import Annotated

import cerberus
import fastjsonschema
import jsonschema
import marshmallow
import pydantic
import voluptuous

RANGE, CENTS = {"type": "number", "minimum": 0, "maximum": 100}, {"type": "number", "multipleOf": 0.01}
NAN = json.loads("NaN")


def passes(check, value):
    try:
        return check(value) is not False
    except (ValueError, voluptuous.Invalid, marshmallow.ValidationError, fastjsonschema.JsonSchemaException):
        return False


def by_pydantic(**rule):
    return pydantic.TypeAdapter(Annotated[float, pydantic.Field(**rule)]).validate_python


def by_cerberus(value):
    return cerberus.Validator({"share": {"type": "float", "min": 0, "max": 100}}).validate({"share": value})


checks = {
    "jsonschema": jsonschema.Draft202012Validator(RANGE).is_valid,
    "fastjsonschema": fastjsonschema.compile(RANGE),
    "cerberus": by_cerberus,
    "marshmallow": marshmallow.validate.Range(0, 100),
    "voluptuous": voluptuous.Range(0, 100),
    "pydantic": by_pydantic(ge=0, le=100),
}
cents = {
    "jsonschema": jsonschema.Draft202012Validator(CENTS).is_valid,
    "fastjsonschema": fastjsonschema.compile(CENTS),
    "pydantic": by_pydantic(multiple_of=0.01),
}
assert all(passes(check, 50.0) and not passes(check, 101.0) for check in checks.values())
seen = {name: passes(check, NAN) for name, check in checks.items()}
exact = {name: [passes(check, price) for price in (0.28, 19.99)] for name, check in cents.items()}
print(seen, exact)
assert [name for name, passed in seen.items() if not passed] == ["voluptuous", "pydantic"], seen
assert exact == {"jsonschema": [False, False], "fastjsonschema": [True, True], "pydantic": [True, True]}, exact
print("held: NaN is between 0 and 100 for four of six validators")
PYTHON
