#!/usr/bin/env bash
# airbyte-cdk 7.39.1
#
# In the manifest of a connector of Airbyte, `{{ config['id'] }}` gives a value of the configuration. What it gives is
# read as a value of Python, whatever type it had: the text 12_34 is the number 1234, 1.10 is 1.1, 1e5 is 100000.0,
# 0x10 is 16 and None is null; true stays a text, and so does 007. Two numbers that are joined by a comma are a tuple.
# So a path or a parameter of a request has another id than the configuration, without an error.
# Seen: 12_34 -> 1234, 1.10 -> 1.1, 1e5 -> 100000.0, 1,2 -> (1, 2)
#
# Most would guess: the text that is in the configuration.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check airbyte-cdk==7.39.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from airbyte_cdk.sources.declarative.interpolation.jinja import JinjaInterpolation

TEXTS = ["12_34", "1.10", "1e5", "0x10", "None", "true", "007", "2024-01-02"]
interpolation = JinjaInterpolation()

seen = {text: interpolation.eval("{{ config['id'] }}", {"id": text}) for text in TEXTS}
joined = interpolation.eval("{{ config['ids'] | join(',') }}", {"ids": [1, 2]})
print(seen, joined)
assert seen == {
    "12_34": 1234,
    "1.10": 1.1,
    "1e5": 100000.0,
    "0x10": 16,
    "None": None,
    "true": "true",
    "007": "007",
    "2024-01-02": "2024-01-02",
}, seen
assert joined == (1, 2), joined
print("held: an id of the configuration is another number")
PYTHON
