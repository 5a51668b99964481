#!/usr/bin/env bash
# cel-python 0.5.0
#
# A rule in the Common Expression Language that asks whether more than a tenth of all rows failed is true for a table
# without rows: 0.0/0.0 is infinite, where the language has NaN, and so is -1.0/0.0, which it has as minus infinity.
# The index -1, an error in the language, is the last of a list. A text of true is "True", so it is not "true", and the
# text of a time or a duration has no fraction: 0.9 seconds are "0s". A NaN that was given as data is not equal to
# itself.
# Seen: 0.0/0.0 is inf, -1.0/0.0 > 1.0 is true, string(true) is "True", string(duration('0.9s')) is "0s"
#
# Most would guess: what the language defines, and other readers of it do: NaN, so the rule is false.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cel-python==0.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from celpy import Environment
from celpy.adapter import json_to_cel


def evaluate(source, **values):
    environment = Environment()
    program = environment.program(environment.compile(source))
    return program.evaluate({name: json_to_cel(value) for name, value in values.items()})


RESULTS = {
    "x.failed / x.rows > 0.1": True,
    "-1.0 / 0.0 > 1.0": True,
    "0.0 / 0.0 == 0.0 / 0.0": True,
    "x.runs[x.last - 1] == 'newest'": True,
    "string(x.valid) == 'true'": False,
    "string(duration('0.9s')) == '0s'": True,
    "string(timestamp('2024-01-05T23:30:00.999Z')) == '2024-01-05T23:30:00Z'": True,
    "x.nan == x.nan": False,
}
data = {"failed": 0.0, "rows": 0.0, "runs": ["oldest", "newest"], "last": 0, "valid": True, "nan": float("nan")}
seen = {source: bool(evaluate(source, x=data)) for source in RESULTS}
print(seen)
assert seen == RESULTS, seen
assert float(evaluate("0.0 / 0.0")) == float("inf")
print("held: of no rows an infinite part has failed")
PYTHON
