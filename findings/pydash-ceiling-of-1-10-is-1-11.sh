#!/usr/bin/env bash
# pydash 8.1.0
#
# `ceil()` and `floor()` of pydash with digits multiply first, and so go by a float that is a bit above or below: a
# price that is a whole number of cents already moves to the next one. lodash, of which pydash is a copy, leaves it as
# it is. `round_()` is right.
# Seen: ceil(1.1, 2) is 1.11, ceil(4.35, 2) is 4.35, floor(0.29, 2) is 0.28, floor(4.35, 2) is 4.34, floor(-1.1, 2) is
# -1.11
#
# Most would guess: that 1.10 stays as it is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pydash==8.1.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pydash

seen = [pydash.ceil(1.1, 2), pydash.ceil(4.35, 2), pydash.floor(0.29, 2), pydash.floor(4.35, 2), pydash.floor(-1.1, 2)]
print(seen)
assert seen == [1.11, 4.35, 0.28, 4.34, -1.11], seen
prices = [cents / 100 for cents in range(1, 1000)]
moved = [price for price in prices if pydash.ceil(price, 2) != price or pydash.floor(price, 2) != price]
print(len(moved), "of", len(prices), "prices are moved")
assert len(moved) == 135, len(moved)
assert all(pydash.round_(price, 2) == price for price in prices)
PYTHON
echo "held: 1.10 rounded up to cents is 1.11"
