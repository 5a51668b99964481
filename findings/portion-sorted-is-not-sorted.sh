#!/usr/bin/env bash
# portion 2.6.3
#
# Intervals that overlap are neither less nor greater than each other, nor equal, so Python's `sorted` leaves them where
# they are: 3 to 4, 1 to 10 and 2 to 3 stay in this order, though two of them have one. Windows of maintenance that are
# sorted and then read one after the other are in the wrong order without an error.
# Seen: [[3,4], [1,10], [2,3]]
#
# Most would guess: by their beginnings, as tuples are, or an error as for values without an order.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check portion==2.6.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import portion

windows = [portion.closed(3, 4), portion.closed(1, 10), portion.closed(2, 3)]
seen = sorted(windows)
print(seen)
assert seen == windows, seen
assert portion.closed(2, 3) <= portion.closed(3, 4)
assert sorted(windows, key=lambda window: window.lower)[0] == portion.closed(1, 10)
print("held: sorted intervals are as they were")
PYTHON
