#!/usr/bin/env bash
# evidently 0.7.23, pandas 2.3.3, numpy 2.4.6
#
# Of 500 values of a column 490 are gone, those left are spread as before: for the preset for data drift the column has
# not drifted, and its p-value is 1. So it is for a column of texts of which 80 percent are missing. Missing values are
# left out before both sides are compared. The result of the preset does not say that 10 of 500 values are left.
# Seen: gone 1.0, texts 1.0, moved 0.0; drifted columns: 1 of 3
#
# Most would guess: drift: nearly all values have become missing ones.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  evidently==0.7.23 pandas==2.3.3 numpy==2.4.6

cd "$folder"
DO_NOT_TRACK=1 "$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
import pandas

warnings.simplefilter("ignore")
from evidently import Report
from evidently.presets import DataDriftPreset

rows = numpy.arange(500)
before = pandas.DataFrame({"gone": rows * 1.0, "texts": ["a", "b"] * 250, "moved": rows * 1.0})
after = before.assign(
    gone=numpy.where(rows % 50 == 25, rows, numpy.nan),
    texts=[text if row % 10 < 2 else None for row, text in zip(rows, before["texts"])],
    moved=before["moved"] + 100,
)
metrics = Report([DataDriftPreset()]).run(after, before).dict()["metrics"]
drifted = int(metrics[0]["value"]["count"])
seen = {name: round(float(metric["value"]), 3) for name, metric in zip(("gone", "moved", "texts"), metrics[1:])}
print(drifted, [metric["metric_name"] for metric in metrics], seen)
assert drifted == 1 and seen == {"gone": 1.0, "moved": 0.0, "texts": 1.0}, (drifted, seen)
print("held: a column that has lost 98 percent of its values has not drifted")
PYTHON
