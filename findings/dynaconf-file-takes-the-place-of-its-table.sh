#!/usr/bin/env bash
# dynaconf 3.3.5, CPython's tomllib
#
# A file of settings gives orders = 5 and then "orders.csv" = 7. Dynaconf has orders as {"CSV": 7}: a key with a point
# is a path, though its quotes in TOML say that it is one key, and the 5 is gone. In the other order orders is 5, and
# the 7 is gone. A key "10.0.0.1" is four levels deep. In a table the same keys stay as they are.
#
# Most would guess: two settings, as TOML has two keys.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dynaconf==3.3.5
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import tempfile
import tomllib

from dynaconf import Dynaconf

file = pathlib.Path(tempfile.mkdtemp()) / "settings.toml"


def read(text: str) -> dict:
    file.write_text(text)
    return Dynaconf(settings_files=[str(file)]).as_dict()


lines = ["orders = 5\n", '"orders.csv" = 7\n']
seen = [
    read("".join(lines)),
    read("".join(reversed(lines))),
    read('"10.0.0.1" = "up"\n'),
    read('[limits]\n"orders.csv" = 7\n'),
]
print(seen)
assert tomllib.loads("".join(lines)) == {"orders": 5, "orders.csv": 7}
assert seen == [
    {"ORDERS": {"CSV": 7}},
    {"ORDERS": 5},
    {"10": {"0": {"0": {"1": "up"}}}},
    {"LIMITS": {"orders.csv": 7}},
], seen
print("held: a key with a point replaces the setting of its first part")
PYTHON
