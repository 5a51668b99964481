#!/usr/bin/env bash
# quantstats 0.0.86, pandas 2.3.3, numpy 2.4.6
#
# Returns of 10, 20, 110 and 10 percent are four gains. quantstats takes a series without a loss and with a value above
# 1 for prices: the largest drawdown is -91 percent, two of three periods are won, the best is 450 percent. With 90 in
# place of 110 percent there is no drawdown, four are won and the best is 90 percent; with one loss among them they are
# returns again. The total return is right in each case.
#
# Most would guess: returns are returns, as the name of the argument says, and no drawdown without a loss.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  quantstats==0.0.86 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import quantstats.stats


def seen(*returns):
    series = pandas.Series(returns, index=pandas.date_range("2024-01-01", periods=len(returns)))
    names = ("comp", "max_drawdown", "win_rate", "best")
    return [round(float(getattr(quantstats.stats, name)(series)), 2) for name in names]


usual, good, loss = seen(0.1, 0.2, 0.9, 0.1), seen(0.1, 0.2, 1.1, 0.1), seen(0.1, -0.2, 1.1, 0.1)
print(usual, good, loss)
assert usual == [1.76, 0, 1, 0.9], usual
assert good == [2.05, -0.91, 0.67, 4.5], good
assert loss == [1.03, -0.2, 0.75, 1.1], loss
print("held: one gain above 100 percent makes a drawdown of 91 percent")
PYTHON
