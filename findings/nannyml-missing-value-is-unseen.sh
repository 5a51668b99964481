#!/usr/bin/env bash
# nannyml 0.13.1, pandas 3.0.6, numpy 1.26.4, statsmodels 0.15.0
#
# NannyML learns what is usual from a reference and judges chunks of a thousand rows. Each missing value counts as a
# value that the reference never had, where the reference has none. The error of a reconstruction of two columns, one of
# them constant, is 0 and its limit is 0, which is an alert in each chunk, also of the reference itself; where neither
# is constant, the error is that of rounding, and so is its limit. Of a column that has lost all its values the mean is
# an alert, and the sum, 0, is not.
# Seen: 10 of 1,000 missing: 0.01 unseen, an alert; 6 of 6 chunks with an alert, for the rows of the reference
#
# Most would guess: missing values apart, and no alert for the rows that were learned from.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  nannyml==0.13.1 pandas==3.0.6 numpy==1.26.4 statsmodels==0.15.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml as nml  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

warnings.simplefilter("ignore")
random = np.random.RandomState(0)
known = pd.DataFrame(
    {"amount": random.normal(size=3000), "rate": np.ones(3000), "kind": random.choice(["a", "b"], 3000)}
)
known["kind"] = known["kind"].astype(object)


def judged(calculator, rows, period=None):
    result = calculator.fit(known).calculate(rows)
    return (result.filter(period=period) if period else result).to_df()


holes = known.copy()
holes.loc[:9, "kind"] = None
unseen = judged(nml.UnseenValuesCalculator(column_names=["kind"], chunk_size=1000), holes, "analysis")["kind"]
again = judged(nml.DataReconstructionDriftCalculator(column_names=["amount", "rate"], chunk_size=1000), known)
again = again["reconstruction_error"]
lost = known.assign(amount=np.nan)
mean, total = (
    judged(kind(column_names=["amount"], chunk_size=1000), lost, "analysis")["amount"]
    for kind in (nml.SummaryStatsAvgCalculator, nml.SummaryStatsSumCalculator)
)
print(unseen["value"].tolist(), unseen["alert"].tolist(), again["alert"].tolist())
print(mean["alert"].tolist(), total["value"].tolist(), total["alert"].tolist())
assert unseen["value"].tolist() == [0.01, 0, 0] and unseen["alert"].tolist() == [True, False, False]
assert again["value"].tolist() == [0] * 6 and all(again["alert"]), again
assert all(mean["alert"]) and not any(total["alert"]) and total["value"].tolist() == [0] * 3
print("held: a missing value is unseen")
PYTHON
