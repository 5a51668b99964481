#!/usr/bin/env bash
# pointblank 1.1.1, polars 2.1.0
#
# A warning from a share of 0.51 of all rows is not raised where half of them fail. One from 1.0, which is more, is
# raised where a single row of ten fails: a whole number is a number of rows, also as a float. So the threshold that
# should be reached only if all rows fail is the one that is reached first.
# Seen: one of ten rows fails: 0.11 False, 0.51 False, 1.0 True; five of ten: 0.51 False, 1.0 True
#
# Most would guess: 1.0 is all rows, as 0.51 is 51 percent of them, and 1 is one row.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pointblank==1.1.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pointblank
import polars


def raised(failing, threshold):
    rows = polars.DataFrame({"x": [-1] * failing + [1] * (10 - failing)})
    validation = pointblank.Validate(rows, thresholds=pointblank.Thresholds(warning=threshold))
    return validation.col_vals_gt("x", 0).interrogate().warning(i=1, scalar=True)


seen = {failing: {threshold: raised(failing, threshold) for threshold in (0.11, 0.51, 1.0)} for failing in (1, 5)}
print(seen)
assert seen == {1: {0.11: False, 0.51: False, 1.0: True}, 5: {0.11: True, 0.51: False, 1.0: True}}, seen
print("held: a share of 1.0 is one row")
PYTHON
