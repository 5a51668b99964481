#!/usr/bin/env bash
# scipy 1.17.1, numpy 2.4.6
#
# Two samples of which each value of the one is below each of the other, as row counts before and after a change: the test
# of Brunner and Munzel gives a p of nan, with 6 values each and with 20, and so p < 0.05 is false. Where the samples touch
# in one value p is 3e-10. The two-sample test of Cramer and von Mises gives a p of exactly 0 for 6 values each, where
# values repeat: it counts orders, and 2 of 924 have the largest distance, as it says where no value repeats. The tests of
# Mann and Whitney and of Kolmogorov and Smirnov give 0.004 and 0.002.
# Seen: brunnermunzel nan, nan, touching 2.65e-10; cramervonmises_2samp with repeated values 0.0, without 0.0022
#
# Most would guess: the smallest p is that of a complete shift, and it is neither nan nor 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check scipy==1.17.1 numpy==2.4.6

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import math

from scipy import stats

before, after = [100, 100, 101, 102, 100, 99], [200, 201, 200, 202, 200, 199]
distinct = [1, 2, 3, 4, 5, 6], [101, 102, 103, 104, 105, 106]
touching = [1, 2, 3, 4, 5, 6], [6, 7, 8, 9, 10, 11]

p = {
    "six": stats.brunnermunzel(before, after).pvalue,
    "twenty": stats.brunnermunzel(range(20), range(100, 120)).pvalue,
    "touching": stats.brunnermunzel(*touching).pvalue,
}
print("brunnermunzel:", p)
assert math.isnan(p["six"]) and math.isnan(p["twenty"]), p
assert 0 < p["touching"] < 1e-9, p

repeated, orders = stats.cramervonmises_2samp(before, after).pvalue, stats.cramervonmises_2samp(*distinct).pvalue
print("cramervonmises_2samp: with repeated values", repeated, "without", orders)
assert repeated == 0, repeated
assert math.isclose(orders, 2 / 924), orders

others = [stats.mannwhitneyu(before, after).pvalue, stats.ks_2samp(before, after).pvalue]
print("mannwhitneyu and ks_2samp:", others)
assert all(0.001 < each < 0.005 for each in others), others
print("held: a complete shift has a p of nan by one test, and of 0 by another")
PYTHON
