#!/usr/bin/env bash
# river 0.26.1
#
# After 20 loads of exactly 100 rows, GaussianScorer gives the next load of 100 rows the score 1.0, the highest there is, the same
# as a load of 900: the deviation is 0. HalfSpaceTrees, trained on 100 to 104 rows without a scaler, gives a load of 0 rows the
# score 0.93 and a load of 100,000 the score 0.0, that of a normal load. Neither warns.
# Seen: constant history: 1.0 for 100, 1.0 for 900; trees: 0.0 for 102, 0.0 for 100,000, 0.933 for 0
#
# Most would guess: the value that always came is the least unusual, and a thousand times the usual is more unusual than the usual.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check river==0.26.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from river import anomaly

scorer = anomaly.GaussianScorer(grace_period=10)
for _ in range(20):
    scorer.learn_one(None, 100.0)
constant = scorer.score_one(None, 100.0), scorer.score_one(None, 900.0)
print("GaussianScorer after 20 times 100: 100 and 900 score", constant)
assert constant == (1.0, 1.0)

trees = anomaly.HalfSpaceTrees(n_trees=5, height=3, window_size=10, seed=3)
for day in range(30):
    trees.learn_one({"rows": 100 + day % 5})
usual, huge, none = (trees.score_one({"rows": rows}) for rows in (102, 100_000, 0))
print("HalfSpaceTrees: usual, huge and none score", usual, huge, round(none, 3))
assert usual == huge == 0.0
assert none > 0.9
print("held: the only value ever seen scores highest, and a thousand times the usual scores lowest")
PYTHON
