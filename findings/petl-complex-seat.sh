#!/usr/bin/env bash
# petl 1.7.30
#
# `convertnumbers` makes numbers of all texts that Python would read as one. Seat 1J is a complex number, the code
# "12E4" is 120000, "1_000" is 1000, and a person named Nan is not a number. With `convert`, what cannot be converted is
# None, without an error: "1,5" and "n/a" are both missing. And the rows whose key is missing are joined with each
# other.
#
# Most would guess: amounts are numbers and codes are not, an error for what is not one, and no join without a key, as
# in SQL.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check petl==1.7.30

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math

import petl

TEXTS = ["1J", "12E4", "1_000", "007", "Nan", "B1"]

numbers = list(petl.convertnumbers([["code"]] + [[text] for text in TEXTS]).values("code"))
amounts = list(petl.convert([["amount"], ["1.5"], ["1,5"], ["n/a"]], "amount", float).values("amount"))
left, right = [["id", "name"], [1, "a"], [None, "b"]], [["id", "amount"], [1, 10], [None, 20]]
joined = list(petl.join(left, right, key="id").values("amount"))
print(numbers, amounts, joined)
assert numbers[:4] == [1j, 120000, 1000, 7] and math.isnan(numbers[4]) and numbers[5] == "B1", numbers
assert amounts == [1.5, None, None], amounts
assert sorted(joined) == [10, 20], joined
print("held: seat 1J is a complex number")
PYTHON
