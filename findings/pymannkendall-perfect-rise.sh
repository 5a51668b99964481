#!/usr/bin/env bash
# pymannkendall 1.4.3, numpy 2.4.6, scipy 1.17.1
#
# Row counts that grow by the same 10 each day for a month: of five tests for a trend only two see one. For the other
# three, those made for data in which one day depends on the day before, there is "no trend", with a p of nan, nan and 1.
# The same rise with at most 3 rows of noise is seen by four of the five.
#
# Most would guess: a perfect rise is the clearest of trends, and all five say so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  pymannkendall==1.4.3 numpy==2.4.6 scipy==1.17.1

cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import pymannkendall

TESTS = (
    "original",
    "pre_whitening_modification",
    "yue_wang_modification",
    "trend_free_pre_whitening_modification",
    "hamed_rao_modification",
)
NOISE = [3, -2, 1, 0, -3, 2, -1, 3, 0, -2] * 3
perfect = [100 + 10 * day for day in range(30)]
seen = {}
for name, counts in (("perfect", perfect), ("noisy", [count + noise for count, noise in zip(perfect, NOISE)])):
    results = [getattr(pymannkendall, f"{test}_test")(counts) for test in TESTS]
    seen[name] = [(result.trend, str(round(float(result.p), 6))) for result in results]
print(seen)
RISE, NONE = ("increasing", "0.0"), "no trend"
assert seen == {
    "perfect": [RISE, RISE, (NONE, "nan"), (NONE, "1.0"), (NONE, "nan")],
    "noisy": [RISE, RISE, RISE, RISE, (NONE, "nan")],
}, seen
print("held: three of five tests see no trend in a perfect rise")
PYTHON
