#!/usr/bin/env bash
# pyhocon 0.3.63, PyYAML 6.0.4
#
# A configuration that is converted to YAML loses the quotes of its texts: "1.10" is a number, "null" is null, "no" is
# false, "12:30:00" is 45000 and "010" is 8 for who reads it. Converted to HOCON they keep their quotes. In JSON a
# duration is a number of milliseconds, 5 days are 432000000, in YAML a text. An integer that is asked for with a
# default of 5 is None where the file has null, and 5.9 is 5.
# Seen: {'a': 1.1, 'b': None, 'c': False, 'd': 45000, 'e': 8}
#
# Most would guess: a converter keeps a text a text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyhocon==0.3.63 PyYAML==6.0.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import yaml
from pyhocon import ConfigFactory, HOCONConverter

config = ConfigFactory.parse_string('a = "1.10"\nb = "null"\nc = "no"\nd = "12:30:00"\ne = "010"')
assert set(map(type, config.values())) == {str}
seen = yaml.safe_load(HOCONConverter.to_yaml(config))
print(seen)
assert seen == {"a": 1.1, "b": None, "c": False, "d": 45000, "e": 8}, seen
assert ConfigFactory.parse_string(HOCONConverter.to_hocon(config)) == config
numbers = ConfigFactory.parse_string("limit = null\nshare = 5.9")
assert numbers.get_int("limit", 5) is None and numbers.get_int("share") == 5
print("held: texts that were quoted are numbers, null and false in YAML")
PYTHON
