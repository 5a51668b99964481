#!/usr/bin/env bash
# ta 0.11.0, TA-Lib 0.8.2, technicalindicators 3.1.0 (npm), pandas 3.1.1, numpy 2.4.6
#
# The relative strength index says how much of all movement went up, from 0 to 100. Of a value that never moves, ta and
# technicalindicators say 100, as of one that only rises, and TA-Lib says 0, as of one that only falls. So a market that
# is closed, or a sensor that is stuck, is at one end of the scale or at the other, and either end is a signal. TA-Lib
# says 0 as well of a value that rises, for ever after one that is missing.
# Seen for still, rising: ta 100, 100; technicalindicators 100, 100; TA-Lib 0, 100
#
# Most would guess: 50, or not a number, and the same by three libraries of one formula.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  ta==0.11.0 TA-Lib==0.8.2 pandas==3.1.1 numpy==2.4.6
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund technicalindicators@3.1.0

"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import pandas
import ta
import talib

prices = {"still": numpy.full(40, 100.0), "rising": 100 + numpy.arange(40.0), "falling": 100 - numpy.arange(40.0)}
seen = {
    name: (float(ta.momentum.RSIIndicator(pandas.Series(price)).rsi().iloc[-1]), float(talib.RSI(price)[-1]))
    for name, price in prices.items()
}
print("ta, TA-Lib", seen)
assert seen == {"still": (100, 0), "rising": (100, 100), "falling": (0, 0)}, seen
prices["rising"][5] = numpy.nan
after_missing = talib.RSI(prices["rising"])[-1]
print("TA-Lib after a missing value", after_missing)
assert after_missing == 0, after_missing
PYTHON
node - <<'NODE'
const assert = require("assert");
const { RSI } = require("technicalindicators");

const last = (price) => RSI.calculate({ period: 14, values: Array.from({ length: 40 }, price) }).at(-1);
const seen = [last(() => 100), last((_, day) => 100 + day), last((_, day) => 100 - day)];
console.log("technicalindicators", seen);
assert.deepStrictEqual(seen, [100, 100, 0]);
console.log("held: a value that never moves is at the upper end of the scale, or at the lower");
NODE
