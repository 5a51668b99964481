#!/usr/bin/env bash
# tslearn 0.10.0, numpy 2.4.6
#
# A series of 1, 2, 3, 4 and 1000 in two segments is 1.5 and 3.5: what remains when the length is divided by the number
# of segments is in no segment, and it is the newest. Back from the segments it is 0. In symbols (SAX) a series with the
# 1000 at its end and one without have the same word, and so a distance of 0.
#
# Most would guess: the last segment takes what remains, and an outlier changes something.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tslearn==0.10.0 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
from tslearn.piecewise import PiecewiseAggregateApproximation, SymbolicAggregateApproximation

segments = PiecewiseAggregateApproximation(n_segments=2)
approximation = segments.fit_transform([[1, 2, 3, 4, 1000]])
back = segments.inverse_transform(approximation)
symbols = SymbolicAggregateApproximation(n_segments=2, alphabet_size_avg=4)
words = symbols.fit_transform([[-1, -2, 1, 2, 0], [-1, -2, 1, 2, 1000]])
distance = symbols.fit([[0]]).distance([-1, -2, 1, 2, 0], [-1, -2, 1, 2, 1000])
print(approximation.ravel().tolist(), back.ravel().tolist(), words[:, :, 0].tolist(), float(distance))
assert approximation.ravel().tolist() == [1.5, 3.5], approximation
assert back.ravel().tolist() == [1.5, 1.5, 3.5, 3.5, 0.0], back
assert words[0].tolist() == words[1].tolist() and distance == 0, (words, distance)
print("held: the newest reading is in no segment")
PYTHON
