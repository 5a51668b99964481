#!/usr/bin/env bash
# pyod 3.6.7, numpy 2.4.6, scikit-learn 1.9.1
#
# A table has had 100 rows in each of 30 runs, then none, then 5,000. The detectors KNN and COPOD find both strange; HBOS finds
# the 5,000 only, with 0 rows as usual as 100: its histogram has ten bins from the smallest to the largest value.
#
# Most would guess: no rows after thirty times 100 is what each detector finds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyod==3.6.7 numpy==2.4.6 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from pyod.models.copod import COPOD
from pyod.models.hbos import HBOS
from pyod.models.knn import KNN

rows = numpy.array([100.0] * 30 + [0.0, 5000.0]).reshape(-1, 1)
seen = {}
for detector in (KNN, COPOD, HBOS):
    labels = detector().fit(rows).labels_
    seen[detector.__name__] = [int(rows[at, 0]) for at in range(len(rows)) if labels[at]]
print(seen)
assert seen == {"KNN": [0, 5000], "COPOD": [0, 5000], "HBOS": [5000]}, seen
print("held: for one of three detectors a table without rows is usual")
PYTHON
