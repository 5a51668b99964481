#!/usr/bin/env bash
# datasets 5.2.0, numpy 2.4.6
#
# Tables of Hugging Face. A map that makes texts of a column of numbers leaves numbers, as the texts are cast back, and
# "007" is 7; under another name they are texts. With a type that is said 1.9 is the integer 1, "false" is true, and
# with labels "10" and "20" the text "1", which is neither, is "20". A key that the first row of a list does not have
# is lost. As numpy a column has floats of 32 bits, so the id 16777217 beside a missing one is 16777216.
# Seen: [1, 2] of map(str), and [16777216.0, nan] of [16777217, None]
#
# Most would guess: ["1", "2"], an error for each of the others, and an id that is kept.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datasets==5.2.0 numpy==2.4.6

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import os

os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=os.path.abspath("home"))
import datasets
from datasets import ClassLabel, Dataset, Features, Value

datasets.disable_progress_bars()


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert repr(seen) == repr(expected), text


def typed(values, kind):
    return Dataset.from_dict({"a": values}, features=Features({"a": Value(kind)}))["a"][:]


numbers = Dataset.from_dict({"a": [1, 2]})
holds("map", numbers.map(lambda row: {"a": str(row["a"])})["a"][:], [1, 2])
holds("map with zeros", numbers.map(lambda row: {"a": f"00{row['a']}"})["a"][:], [1, 2])
holds("under another name", numbers.map(lambda row: {"b": str(row["a"])})["b"][:], ["1", "2"])
holds("integers", typed([1.9, 2.5], "int32"), [1, 2])
holds("truth", typed(["false", "no"], "bool"), [True, True])
label = ClassLabel(names=["10", "20"])
holds("label", label.int2str(label.str2int("1")), "20")
holds("rows", Dataset.from_list([{"a": 1}, {"a": 2, "error": "full"}])[:], {"a": [1, 2]})
ids = Dataset.from_dict({"a": [16777217, None]})
holds("ids", ids["a"][:], [16777217, None])
holds("ids in numpy", ids.with_format("numpy")["a"][:].tolist(), [16777216.0, float("nan")])
print("held: a text of a number stays a number")
PYTHON
