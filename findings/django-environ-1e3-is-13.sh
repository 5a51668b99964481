#!/usr/bin/env bash
# django-environ 0.14.0
#
# `env.float()` of django-environ takes commas and points for what separates thousands or decimals, and leaves out each
# character that is no digit, point or minus: 1e3 is 13, 2.5e3 is 2.53 and 1/2 is 12. Of two commas the last is the
# point, so a million is a thousand. A loss in brackets is a gain. `env.bool()` takes each number but 0 for true, y and
# ok as well, and t for false.
# Seen: 1e3 -> 13.0, 2.5e3 -> 2.53, 1,000,000 -> 1000.0, 1/2 -> 12.0, (5) -> 5.0, 1.10.2 -> 110.2; t -> False, ok ->
# True
#
# Most would guess: 1000, 2500 and a million, as Python's float reads the first two, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check django-environ==0.14.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import os

import environ

env = environ.Env()


def read(kind, text):
    os.environ["SETTING"] = text
    return getattr(env, kind)("SETTING")


floats = {text: read("float", text) for text in ["1e3", "2.5e3", "1,000,000", "1,000.5", "1/2", "(5)", "1.10.2", "5GB"]}
print(floats)
assert floats == {
    "1e3": 13.0,
    "2.5e3": 2.53,
    "1,000,000": 1000.0,
    "1,000.5": 1000.5,
    "1/2": 12.0,
    "(5)": 5.0,
    "1.10.2": 110.2,
    "5GB": 5.0,
}, floats
flags = {text: read("bool", text) for text in ["true", "y", "ok", "2", "t", "enabled"]}
print(flags)
assert flags == {"true": True, "y": True, "ok": True, "2": True, "t": False, "enabled": False}, flags
PYTHON
echo "held: 1e3 is 13"
