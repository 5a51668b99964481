#!/usr/bin/env bash
# fastdigest 0.12.0
#
# `cdf(x)` of a t-digest is the part of all values that are at most x. Of a thousand times 5 the part at most 5 is 0,
# while the quantile of 0 is 5; of any values the part at most the least one is 0. So a check that 99 percent of all
# answers took at most five seconds fails where each of them took exactly five.
# Seen: cdf(5) of all fives 0.0, cdf(1) of 1, 2, 3, 4 0.0, cdf(4) 1.0
#
# Most would guess: 1 of the fives, and a quarter of 1, 2, 3, 4.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastdigest==0.12.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from fastdigest import TDigest

fives = TDigest.from_values([5.0] * 1000)
four = TDigest.from_values([1.0, 2, 3, 4])
seen = {
    "fives": (fives.cdf(5), fives.quantile(0), fives.quantile(1)),
    "four": [four.cdf(value) for value in (1, 2, 3, 4)],
}
print(seen)
assert seen["fives"] == (0, 5, 5), seen
assert seen["four"][0] == 0 and seen["four"][-1] == 1, seen
print("held: of all fives none is at most 5")
PYTHON
