#!/usr/bin/env bash
# aeon 1.6.0, numpy 2.3.5
#
# The F score is the harmonic mean of precision and recall. Of one anomaly of two readings a detector finds the first:
# `range_precision()` is 1, `range_recall()` is 0.5, and `range_f_score()` of the same two lists is 0.857 instead of
# 0.667, as it counts the recall with a weight of a half for finding it at all, which the other function does not by
# default. `DownsampleTransformer(proportion=p)` keeps each n-th reading, n being 1 / (1 - p) without its fraction: of
# 20 readings all at 0.1 and 0.4, 10 at 0.6, and 2 at 0.9.
#
# Most would guess: 0.667, and 2 or 18 of 20 at 0.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check aeon==1.6.0 numpy==2.3.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from aeon.benchmarking.metrics.anomaly_detection import range_f_score, range_precision, range_recall
from aeon.transformations.collection import DownsampleTransformer

true = np.array([0, 0, 1, 1, 0, 0])
found = np.array([0, 0, 1, 0, 0, 0])
precision, recall, score = (float(f(true, found)) for f in (range_precision, range_recall, range_f_score))
print(precision, recall, score)
assert (precision, recall) == (1, 0.5)
assert round(score, 3) == 0.857 and round(2 * precision * recall / (precision + recall), 3) == 0.667

readings = np.arange(20.0)[None, None]
kept = {
    part: DownsampleTransformer(downsample_by="proportion", proportion=part).fit_transform(readings).shape[2]
    for part in (0.1, 0.4, 0.5, 0.6, 0.9)
}
print(kept)
assert kept == {0.1: 20, 0.4: 20, 0.5: 10, 0.6: 10, 0.9: 2}, kept
print("held: the score is not that of its parts")
PYTHON
