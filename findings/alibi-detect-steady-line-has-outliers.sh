#!/usr/bin/env bash
# alibi-detect 0.13.0, numpy 1.26.4
#
# The detector SpectralResidual finds a spike of 5 in a wave. In a hundred zeros it finds that the first one is an
# outlier, and in a line that rises by 1 each time twelve, as the spectrum of what has no waves is noise of rounding.
# If one reading far from the spike is missing, all scores are NaN, no score is above the threshold, and nothing is an
# outlier. A column of which all is missing has not drifted, with a p of NaN.
# Seen: wave with a spike [49, 50]; with a NaN []; zeros [0]; line 12 of 100
#
# Most would guess: none of equal readings, and the spike or an error where another reading is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check alibi-detect==0.13.0 numpy==1.26.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import warnings

import numpy as np

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
from alibi_detect.cd import KSDrift  # noqa: E402
from alibi_detect.od import SpectralResidual  # noqa: E402


def outliers(readings):
    detector = SpectralResidual(threshold=1.0, window_amp=20, window_local=20, n_est_points=10)
    return np.flatnonzero(detector.predict(readings)["data"]["is_outlier"]).tolist()


wave = np.sin(np.arange(100) / 3)
wave[50] += 5
gap = wave.copy()
gap[10] = np.nan
usual = np.random.RandomState(0).normal(size=(200, 1))
seen = {
    "wave": outliers(wave),
    "gap": outliers(gap),
    "zeros": outliers(np.zeros(100)),
    "line": len(outliers(np.arange(100.0))),
    "all missing has drifted": int(KSDrift(usual).predict(usual * np.nan)["data"]["is_drift"]),
}
print(seen)
assert seen["wave"] == [49, 50] and seen["gap"] == [] and seen["zeros"] == [0], seen
assert seen["line"] > 1 and seen["all missing has drifted"] == 0, seen
print("held: the first of a hundred zeros is an outlier")
PYTHON
