#!/usr/bin/env bash
# pint-pandas 0.8.0, Pint 0.25.3, pandas 3.1.1, numpy 2.4.6
#
# The standard deviation of 20 and 30 degrees Celsius is a temperature of 7.07 degrees, not a difference, and so 44.7
# degrees Fahrenheit and 280 kelvin, where the spread of the same two in Fahrenheit is 12.7. Their sum, 50, is a
# temperature, too, though adding two columns of them is refused. diff() gives a difference. Lengths of 1 and 2 km are
# both in the bin up to 1500, without an error, though they cannot be compared with 1500.
# Seen: std 44.73 degF, sum 50 degC, diff 10 delta_degC; cut into (0, 1500], (0, 1500]
#
# Most would guess: 12.7 degF, as in a column of Fahrenheit, and an error where a number has no unit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pint-pandas==0.8.0 Pint==0.25.3 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
import pint
import pint_pandas

CELSIUS = pd.Series([20.0, 30.0], dtype="pint[degC]")
LENGTHS = pd.Series([1.0, 2.0], dtype="pint[km]")


def is_refused(compute, error):
    try:
        compute()
    except error:
        return True
    return False


seen = {
    "std": round(float(CELSIUS.std().to("degF").magnitude), 2),
    "kelvin": round(float(CELSIUS.std().to("kelvin").magnitude), 2),
    "std of degF": round(float(CELSIUS.pint.to("degF").std().magnitude), 2),
    "sum": str(CELSIUS.sum().units),
    "diff": str(CELSIUS.diff()[1].units),
    "bins": [interval.right for interval in pd.cut(LENGTHS, [0, 1500, 3000])],
}
refused = [
    is_refused(lambda: CELSIUS + CELSIUS, pint.OffsetUnitCalculusError),
    is_refused(lambda: LENGTHS > 1500, ValueError)]
print(pint_pandas.__version__, seen, refused)
assert seen == {
    "std": 44.73,
    "kelvin": 280.22,
    "std of degF": 12.73,
    "sum": "degree_Celsius",
    "diff": "delta_degree_Celsius",
    "bins": [1500, 1500],
}, seen
assert refused == [True, True], refused
print("held: the spread of 20 and 30 degrees is 44.7 degrees Fahrenheit")
PYTHON
