#!/usr/bin/env bash
# dynaconf 3.3.5
#
# A file has reload = false, flag = false and clean = false. settings.reload, settings.flag and settings.clean are true:
# they are methods of the settings, as are fresh, update, set and exists, and no one says that the names are taken.
# settings.RELOAD and settings["reload"] are false. A setting named current_env is the name of the environment.
#
# Most would guess: a setting is found by its name in lower case as by that in upper case, as the documentation has it
# for all names.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dynaconf==3.3.5
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import tempfile

from dynaconf import Dynaconf

file = pathlib.Path(tempfile.mkdtemp()) / "settings.toml"
names = ["reload", "flag", "clean", "fresh", "exists", "debug"]
file.write_text("".join(f"{name} = false\n" for name in names) + 'current_env = "night"\n')
settings = Dynaconf(settings_files=[str(file)])
lower = [bool(getattr(settings, name)) for name in names]
upper = [getattr(settings, name.upper()) for name in names]
print(lower, upper, settings.current_env, settings.CURRENT_ENV)
assert lower == [True, True, True, True, True, False], lower
assert upper == [settings[name] for name in names] == [False] * 6, upper
assert (settings.current_env, settings.CURRENT_ENV) == ("main", "night")
print("held: a setting that is false is a method, which is true")
PYTHON
