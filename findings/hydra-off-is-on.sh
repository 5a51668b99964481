#!/usr/bin/env bash
# hydra-core 1.3.8, omegaconf 2.3.0
#
# In a file of Hydra dry_run: off is false. The override dry_run=off of the command line is the text "off", which is
# true, and so is dry_run=no. 012 is 10 in the file and a text in the override, and so are 12:30, which is 750, and
# 0x10. 1_000 is one number in both.
#
# Most would guess: an override sets what a line of the file would set.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hydra-core==1.3.8 omegaconf==2.3.0
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import tempfile

import hydra

folder = pathlib.Path(tempfile.mkdtemp())


def setting(line: str, overrides: list[str]):
    (folder / "config.yaml").write_text(line + "\n")
    with hydra.initialize_config_dir(str(folder), version_base=None):
        return hydra.compose("config", overrides=overrides).value


values = ["off", "no", "012", "12:30", "0x10", "1_000"]
file = [setting(f"value: {value}", []) for value in values]
override = [setting("value: null", [f"value={value}"]) for value in values]
print(file, override)
assert file == [False, False, 10, 750, 16, 1000], file
assert override == ["off", "no", "012", "12:30", "0x10", 1000], override
assert bool(override[0]) is True
print("held: off in a file is false, and as an override a text that is true")
PYTHON
