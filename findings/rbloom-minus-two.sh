#!/usr/bin/env bash
# rbloom 1.5.4
#
# A Bloom filter for 10,000 elements, with one error in a billion, holds -1: it says that it holds -2, too, and ('eu',
# -2) for ('eu', -1), each time. It holds 1: it says that it holds 2**61 and True. The filter asks Python's hash, which
# is equal for each of these pairs; the rate of errors counts from there on.
# Seen: -2 True, ('eu', -2) True, 2**61 True, -3 False, 2 False
#
# Most would guess: one error in a billion, for any two numbers that are not equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check rbloom==1.5.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from rbloom import Bloom

held = Bloom(10_000, 1e-9)
for element in (-1, 1, ("eu", -1)):
    held.add(element)
seen = {name: element in held for name, element in (("-2", -2), ("eu", ("eu", -2)), ("2**61", 2**61), ("-3", -3), ("2", 2))}
print(seen)
assert seen == {"-2": True, "eu": True, "2**61": True, "-3": False, "2": False}, seen
print("held: a filter with -1 always holds -2")
PYTHON
