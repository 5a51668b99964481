#!/usr/bin/env bash
# scipy 1.17.1, numpy 2.4.6
#
# scipy.special has the same distributions as scipy.stats without its import time, and other answers at the edges: the
# probability of at most -1 events, and of at most 11 out of 10, is nan and not 0 and 1; pdtrik, an inverse of a counting
# distribution, returns 2.33 events; chdtri takes the upper tail while fdtri takes the lower.
# Seen: bdtr(-1) nan, binom.cdf(-1) 0.0; bdtr(11, 10) nan, binom.cdf(11, 10) 1.0; pdtrik(0.5, 3) 2.327, poisson.ppf 3.0
#
# Most would guess: the same numbers, since scipy.stats calls scipy.special. A nan passes no comparison, so a count out of
# range is never unusual.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check scipy==1.17.1 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import math

import scipy.special
import scipy.stats

special = [scipy.special.pdtr(-1, 3), scipy.special.bdtr(-1, 10, 0.5), scipy.special.bdtr(11, 10, 0.5)]
stats = [scipy.stats.poisson.cdf(-1, 3), scipy.stats.binom.cdf(-1, 10, 0.5), scipy.stats.binom.cdf(11, 10, 0.5)]
print(special, stats)
assert all(math.isnan(value) for value in special), special
assert stats == [0.0, 0.0, 1.0], stats
inverse = scipy.special.pdtrik(0.5, 3), scipy.stats.poisson.ppf(0.5, 3)
print(inverse)
assert math.isclose(inverse[0], 2.3267, abs_tol=1e-3) and inverse[1] == 3
assert math.isclose(scipy.special.chdtri(5, 0.05), scipy.stats.chi2.ppf(0.95, 5), rel_tol=1e-9)
assert math.isclose(scipy.special.fdtri(2, 5, 0.95), scipy.stats.f.ppf(0.95, 2, 5), rel_tol=1e-9)
print("held: scipy.special gives nan where scipy.stats gives 0 or 1, and its inverses differ in tail and rounding")
PYTHON
