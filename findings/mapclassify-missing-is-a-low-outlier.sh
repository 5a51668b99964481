#!/usr/bin/env bash
# mapclassify 2.10.0, numpy 2.4.6, pandas 3.1.1, scikit-learn 1.9.1
#
# A missing value is put into a class. Of a box plot it is the lowest, that of the outliers below, of quantiles the
# lowest too, and it counts there. By `find_bin`, of the same classifier, it is in the highest. With Fisher-Jenks or by
# standard deviations one missing value puts each of the others in the lowest class as well.
# Seen: box plot [1, 1, 0, 2, 3] for [1, 2, NaN, 4, 5]; Fisher-Jenks [0, 0, 0, 0, 0]
#
# Most would guess: no class for it, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mapclassify==2.10.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import mapclassify
import numpy

warnings.filterwarnings("ignore")
VALUES = numpy.array([1, 2, numpy.nan, 4, 5])


def classes(classifier, **options):
    return classifier(VALUES, **options).yb.tolist()


seen = {
    "box plot": classes(mapclassify.BoxPlot),
    "equal": classes(mapclassify.EqualInterval, k=3),
    "quantiles": classes(mapclassify.Quantiles, k=3),
    "Fisher-Jenks": classes(mapclassify.FisherJenks, k=3),
    "deviations": classes(mapclassify.StdMean),
}
print(seen)
assert seen == {
    "box plot": [1, 1, 0, 2, 3],
    "equal": [0, 0, 0, 2, 2],
    "quantiles": [0, 0, 0, 1, 0],
    "Fisher-Jenks": [0, 0, 0, 0, 0],
    "deviations": [0, 0, 0, 0, 0],
}, seen
found = mapclassify.Quantiles(numpy.arange(10.0), k=3).find_bin([0, 9, numpy.nan]).tolist()
assert found == [0, 2, 2], found
print("held: what is missing is a low outlier, and by find_bin among the highest")
PYTHON
