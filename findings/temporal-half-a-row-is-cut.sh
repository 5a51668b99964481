#!/usr/bin/env bash
# temporalio 1.35.0
#
# A result of 5.7 that a workflow expects as int is 5, and true is 1, also within lists and dataclasses. The same
# converter refuses "5" for an int, 1 for a bool and 5 for a text. NaN is sent as NaN, which is no JSON, and a key of
# None as "null".
#
# Most would guess: a converter that checks types refuses a fraction as it refuses a text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check temporalio==1.35.0

"$folder/venv/bin/python" - <<'PYTHON'
import dataclasses
import json

from temporalio.converter import DataConverter


@dataclasses.dataclass
class Loaded:
    rows: int


converter = DataConverter.default.payload_converter


def received(value: object, kind: type):
    try:
        return converter.from_payloads(converter.to_payloads([value]), [kind])[0]
    except (TypeError, RuntimeError):
        return "error"


seen = [
    received(5.7, int),
    received(-0.9, int),
    received(True, int),
    received([1.9, 2.9], list[int]),
    received({"rows": 99.99}, Loaded),
    received("5", int),
    received(1, bool),
    received(5, str),
]
print(seen)
assert seen == [5, 0, 1, [1, 2], Loaded(rows=99), "error", "error", "error"], seen
sent = [payload.data for payload in converter.to_payloads([float("nan"), {None: 1}])]
print(sent)
assert sent == [b"NaN", b'{"null":1}'], sent
print("held: a fraction is cut where a text is refused")
PYTHON
