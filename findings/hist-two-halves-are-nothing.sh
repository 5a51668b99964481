#!/usr/bin/env bash
# hist 2.12.1, boost-histogram 1.8.1, numpy 1.26.4
#
# A histogram that counts in whole numbers, `Int64()`, takes weights that are fractions, and cuts each of them: 0.5 and
# 0.7 are 0 together, a thousand amounts of 99 cents nothing, and 1.9 is 1, without a warning. The storage of floats,
# `Double()`, has 1.2. A large whole weight goes through a float and is its neighbour. An entry of NaN is counted above
# the last bin, as what is too high.
# Seen: 0.5 + 0.7 -> 0, 1.9 -> 1, 9007199254740993 -> 9007199254740992
#
# Most would guess: an error, or 1 as the sum cut once.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  hist==2.12.1 boost-histogram==1.8.1 numpy==1.26.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from hist import Hist


def filled(weights, storage="Int64"):
    histogram = getattr(Hist.new.Reg(1, 0, 1), storage)()
    histogram.fill([0.5] * len(weights), weight=weights)
    return histogram.values()[0].item()


seen = {
    "halves": filled([0.5, 0.7]),
    "cents": filled([0.99] * 1000),
    "1.9": filled([1.9]),
    "large": filled([2**53 + 1]),
    "floats": filled([0.5, 0.7], "Double"),
}
above = Hist.new.Reg(1, 0, 1).Int64()
above.fill([np.nan, 0.5])
print(seen, above.values(flow=True).tolist())
assert seen == {"halves": 0, "cents": 0, "1.9": 1, "large": 2**53, "floats": 1.2}, seen
assert above.values(flow=True).tolist() == [0, 1, 1]
print("held: two halves are nothing")
PYTHON
