#!/usr/bin/env bash
# rolling 0.5.0
#
# The package rolling goes over a series and gives the sum, the median or the mode of each window. A mode is a set, and
# each window has the same one, which is emptied and filled again: a list of all modes has empty sets and that of the
# newest window alone, and two modes that are compared are equal. The other statistics are numbers, and their lists are
# right.
# Seen: list of the modes of 1, 1, 2, 2, 2, 3, 3 by three -> {}, {}, {}, {}, {3}; one by one -> {1}, {2}, {2}, {2}, {3}
#
# Most would guess: {1}, {2}, {2}, {2} and {3} both ways.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check rolling==0.5.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import rolling

ROWS = [1, 1, 2, 2, 2, 3, 3]
as_list = list(rolling.Mode(ROWS, 3))
one_by_one = [set(mode) for mode in rolling.Mode(ROWS, 3)]
print(as_list, one_by_one)
assert as_list == [set(), set(), set(), set(), {3}], as_list
assert one_by_one == [{1}, {2}, {2}, {2}, {3}], one_by_one
modes = iter(rolling.Mode(ROWS, 3))
first = next(modes)
second = next(modes)
assert first is not second and first == set() and second == {2}, (first, second)
assert list(rolling.Median(ROWS, 3)) == [1, 2, 2, 2, 3]
PYTHON
echo "held: a list of modes has empty sets"
