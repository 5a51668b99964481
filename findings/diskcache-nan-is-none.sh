#!/usr/bin/env bash
# diskcache 5.6.3
#
# A value of NaN is stored as nothing: it is read back as None, and a default is not given in its place, since the key
# is there. A function whose results are cached returns NaN at its first call and None at all others, so a comparison
# that worked is an error from the second run on. A Deque has None between its numbers. Infinity, NaN within a list and
# the NaN of numpy are kept.
# Seen: first call nan, second call None; [1.0, None, 2.0]
#
# Most would guess: what was put in, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check diskcache==5.6.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math

import diskcache

cache = diskcache.Cache("cache")


@cache.memoize()
def mean(values):
    return sum(values) / len(values) if values else math.nan


first, second = mean(()), mean(())
cache["mean"] = math.nan
numbers = list(diskcache.Deque([1.0, math.nan, 2.0], directory="numbers"))
seen = {"second": second, "default": cache.get("mean", 0), "there": "mean" in cache, "numbers": numbers}
print(first, seen)
assert math.isnan(first)
assert seen == {"second": None, "default": None, "there": True, "numbers": [1.0, None, 2.0]}, seen
cache["list"] = [math.nan]
assert math.isnan(cache["list"][0])
print("held: the second call of a function that returns NaN returns None")
PYTHON
