#!/usr/bin/env bash
# measurement 3.2.2
#
# Distance(5) is a distance of 0 m, and so is Distance("5 km"): the first argument is the unit in which it is shown, and
# any value is accepted as one. A measured 5 is 0 in all sums, without an error.
# Seen: 0.0 m of Distance(5)
#
# Most would guess: 5 m, or an error that the unit is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check measurement==3.2.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from measurement.measures import Distance, Time

seen = [Distance(5).m, Distance("5 km").m, (Distance(5) + Distance(m=2)).m, Time(90).s, Distance(m=5).m]
print(seen)
assert seen == [0, 0, 2, 0, 5], seen
print("held: a distance of 5 is one of 0 m")
PYTHON
