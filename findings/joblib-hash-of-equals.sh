#!/usr/bin/env bash
# joblib 1.6.0
#
# Two lists that are equal have different hashes: what counts is whether their elements are one object or two equal ones.
# The list of one date, twice, and the list of two equal dates differ; for numbers and strings they do not. A data version
# that is made so changes when the same rows are read again.
#
# Most would guess: what is equal, and of the same types, has the same hash.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check joblib==1.6.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import decimal

import joblib

seen = {}
for make in (lambda: datetime.date(2024, 1, 1), lambda: decimal.Decimal("1.5"), lambda: ("a", 1), lambda: "a b"):
    once = make()
    shared, apart = [once, once], [make(), make()]
    assert shared == apart
    seen[type(once).__name__] = joblib.hash(shared) == joblib.hash(apart)
print(seen)
assert not seen["date"] and not seen["Decimal"] and seen["str"], seen
print("held: equal values have different hashes where one object stands twice")
PYTHON
