#!/usr/bin/env bash
# asteval 1.0.10, numpy 2.4.6
#
# An expression of asteval looks like Python. `sum`, `prod`, `power` and `cumsum` in it are those of NumPy where it is
# installed, so the sum of two ids of 2**62 is negative, though `2**62 + 2**62` beside it is right, and the product of
# 10**10 and 10**10 is 7766279631452241920. Without NumPy, `sum` is Python's.
# Seen: sum([2**62, 2**62]) is -9223372036854775808
#
# Most would guess: 9223372036854775808, as in Python.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check asteval==1.0.10 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from asteval import Interpreter

python, with_numpy = Interpreter(use_numpy=False), Interpreter()
EXPECTED = {
    "sum([2**62, 2**62])": -9223372036854775808,
    "2**62 + 2**62": 9223372036854775808,
    "prod([10**10, 10**10])": 7766279631452241920,
    "power(10, 20)": 7766279631452241920,
    "10**20": 10**20,
}
seen = {expression: int(with_numpy(expression)) for expression in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
assert python("sum([2**62, 2**62])") == 2**63
print("held: the sum of two large integers is negative")
PYTHON
