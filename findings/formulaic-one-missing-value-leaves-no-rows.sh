#!/usr/bin/env bash
# formulaic 1.2.2, patsy 1.0.3, pandas 2.3.3, numpy 2.3.5
#
# Both packages that make the matrix of a model from a formula, of which statsmodels uses the second, leave out rows
# with missing values. `center()`, `scale()` and `standardize()` take the mean of the whole column first, with the
# missing value, so that it is missing and all values minus it, too: no row is left, and none is said to be gone. A
# column that is constant loses all rows in the same way when it is scaled.
# Seen: rows of 4 with one missing: amount -> 3, center(amount) -> 0 (both), standardize(amount) -> 0, scale(constant)
# -> 0
#
# Most would guess: three rows, with the mean of three values, as R has it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check formulaic==1.2.2 patsy==1.0.3 pandas==2.3.3 numpy==2.3.5
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import pandas as pd
from formulaic import model_matrix
from patsy import dmatrix

warnings.simplefilter("ignore")
table = pd.DataFrame({"amount": [1.0, 2.0, np.nan, 4.0], "constant": [5.0] * 4})
by_formulaic = {
    formula: len(model_matrix(formula, table))
    for formula in ["amount", "center(amount)", "scale(amount)", "scale(constant)"]
}
by_patsy = {
    formula: len(np.asarray(dmatrix(formula, table)))
    for formula in ["amount", "center(amount)", "standardize(amount)"]
}
print(by_formulaic, by_patsy)
assert by_formulaic == {"amount": 3, "center(amount)": 0, "scale(amount)": 0, "scale(constant)": 0}, by_formulaic
assert by_patsy == {"amount": 3, "center(amount)": 0, "standardize(amount)": 0}, by_patsy
PYTHON
echo "held: a centred column has no rows"
