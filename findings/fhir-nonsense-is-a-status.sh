#!/usr/bin/env bash
# fhir.resources 8.3.0, pydantic 2.14.4
#
# FHIR allows eight values for the status of an observation; the models accept "nonsense" for it, and validate it. A time
# without seconds, which FHIR does not allow, is refused. A measured 1.10 is written back as 1.1, 0.00 as 0.0 and 1e2 as
# 100.0, though FHIR says that 1.10 and 1.1 are not the same, because the digits tell how well it was measured.
#
# Most would guess: a model that validates knows the eight values, and a decimal keeps its digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  fhir.resources==8.3.0 pydantic==2.14.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json

from fhir.resources.observation import Observation

TEXT = '{{"resourceType": "Observation", "status": "{}", "code": {{"text": "x"}}, "valueQuantity": {{"value": {}}}}}'


def back(status, value):
    written = Observation.model_validate_json(TEXT.format(status, value)).model_dump_json()
    read = json.loads(written, parse_float=str, parse_int=str)
    return read["status"], read["valueQuantity"]["value"]


seen = {value: back("nonsense", value) for value in ("1.10", "0.00", "1e2", "100")}
print(seen)
assert seen == {
    "1.10": ("nonsense", "1.1"),
    "0.00": ("nonsense", "0.0"),
    "1e2": ("nonsense", "100.0"),
    "100": ("nonsense", "100"),
}, seen
try:
    Observation(status="final", code={"text": "x"}, effectiveDateTime="2024-02-01T12:00Z")
except ValueError:
    print("held: nonsense is a valid status, and 1.10 becomes 1.1")
else:
    raise SystemExit("a time without seconds is accepted now")
PYTHON
