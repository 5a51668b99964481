#!/usr/bin/env bash
# kedro 1.7.0, kedro-datasets 9.6.0
#
# A versioned dataset of Kedro that is loaded without a version is the last one by name, not by time: of the versions
# 9 and 10 it is 9, and a folder "draft" or "old" beside those that Kedro itself names by the time comes before all of
# them. It was written by hand, or copied there to be kept, and the next run reads it.
#
# Most would guess: without a version the last one that was saved is loaded.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check kedro==1.7.0 kedro-datasets==9.6.0
cd "$folder"
export KEDRO_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import shutil

from kedro.io.core import Version
from kedro_datasets.json import JSONDataset


def dataset(name, version=None):
    return JSONDataset(filepath=name, version=Version(None, version))


dataset("rows.json").save({"rows": "first"})
(first,) = pathlib.Path("rows.json").iterdir()
shutil.copytree(first, "rows.json/old")
dataset("rows.json").save({"rows": "second"})
print(sorted(folder.name for folder in pathlib.Path("rows.json").iterdir()))
for version in ("9", "10"):
    dataset("numbers.json", version).save({"version": version})

seen = dataset("rows.json").load(), dataset("numbers.json").load()
print(seen)
assert seen == ({"rows": "first"}, {"version": "9"}), seen
print("held: the latest version is the last by name, as the folder old")
PYTHON
