#!/usr/bin/env bash
# statsmodels 0.15.0, pingouin 0.7.0, numpy 2.4.6
#
# Four columns are tested, one of them has no p-value: nan, as a test of too few rows gives. Corrected for four tests by
# the method of Benjamini and Hochberg, all four p-values are nan, though two are still rejected; by that of Hommel none
# is rejected, where a p of 1e-10 is among them; by that of Bonferroni the unknown one counts as a test. pingouin leaves
# it out of all.
# Seen: fdr_bh: [nan, nan, nan, nan], rejected 2; hommel: [nan, nan, nan, nan], rejected 0; bonferroni: rejected 2;
#       pingouin: [3e-10, nan, 0.5, 1.5e-08], rejected 2
#
# Most would guess: nan for the one that is unknown, the others as without it; or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  statsmodels==0.15.0 pingouin==0.7.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy

warnings.simplefilter("ignore")
import pingouin
from statsmodels.stats.multitest import multipletests

VALUES = [1e-10, numpy.nan, 0.5, 1e-8]


def judged(values, method):
    rejected, corrected = multipletests(values, method=method)[:2]
    return int(rejected.sum()), int(numpy.isnan(corrected).sum())


known = [value for value in VALUES if value == value]
seen = {method: (judged(VALUES, method), judged(known, method)) for method in ("fdr_bh", "hommel", "bonferroni")}
rejected, corrected = pingouin.multicomp(VALUES, method="fdr_bh")
seen["pingouin"] = (int(rejected.sum()), int(numpy.isnan(corrected).sum()))
print(seen)
assert seen == {
    "fdr_bh": ((2, 4), (2, 0)),
    "hommel": ((0, 4), (2, 0)),
    "bonferroni": ((2, 1), (2, 0)),
    "pingouin": (2, 1),
}, seen
print("held: one unknown p-value makes all of them unknown, and by Hommel rejects nothing")
PYTHON
