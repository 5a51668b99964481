#!/usr/bin/env bash
# fire 0.7.1, omegaconf 2.4.0, dynaconf 3.3.5, PyYAML 6.0.4
#
# A short commit id of digits and one e, as 7e12345, is a number: infinity for Fire's command line, for OmegaConf in
# its own command line and in a YAML file, and for Dynaconf in an environment variable; 1234e56 is 1.234e+59. About
# one commit in fifty has such an id. A version 1.10 is 1.1 in each of these ways, and the id 0012345 is 5349 on the
# command line of OmegaConf, which takes it for octal. PyYAML by itself leaves 7e12345 as text, as a float needs a
# point there.
#
# Most would guess: an id with a letter in it is text, and YAML is read alike.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fire==0.7.1 omegaconf==2.4.0 \
    dynaconf==3.3.5 PyYAML==6.0.4
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import math
import os

import fire
import yaml
from dynaconf import Dynaconf
from omegaconf import OmegaConf

GIVEN = {"commit": "7e12345", "other": "1234e56", "version": "1.10"}

seen = {}
with contextlib.redirect_stdout(io.StringIO()):
    seen["fire"] = fire.Fire(lambda **given: given, command=[f"--{name}={text}" for name, text in GIVEN.items()])
seen["omegaconf"] = dict(OmegaConf.from_dotlist([f"{name}={text}" for name, text in GIVEN.items()]))
lines = "".join(f"{name}: {text}\n" for name, text in GIVEN.items())
seen["omegaconf, YAML"] = dict(OmegaConf.create(lines))
os.environ |= {f"DYNACONF_{name.upper()}": text for name, text in GIVEN.items()}
settings = Dynaconf()
seen["dynaconf"] = {name: settings[name.upper()] for name in GIVEN}
for name, values in seen.items():
    print(name, values)
    assert values == {"commit": math.inf, "other": 1.234e59, "version": 1.1}, (name, values)
of_yaml = yaml.safe_load(lines)
assert of_yaml == {"commit": "7e12345", "other": "1234e56", "version": 1.1}, of_yaml
zeros = OmegaConf.from_dotlist(["id=0012345"]).id
print(of_yaml, zeros)
assert zeros == 5349, zeros
print("held: a commit id of digits and an e is a number, and may be infinity")
PYTHON
