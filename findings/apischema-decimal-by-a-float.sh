#!/usr/bin/env bash
# apischema 0.19.0
#
# A Decimal is deserialized by way of a float, also where the JSON has a text so that nothing is rounded: with coerce,
# "0.10" is a Decimal of 55 digits, "12345678901234567.89" loses its cents, and is not equal to what was sent; without
# coerce a text is refused, and the number 0.1 has the 55 digits, too. Serialized again, the number 0.1 comes out, so
# that a round trip hides it.
# Seen: '0.10' -> 0.1000000000000000055511151231257827021181583404541015625
#
# Most would guess: Decimal("0.10"), as a Decimal is asked for and the text is exact.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check apischema==0.19.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from apischema import deserialize, serialize

seen = deserialize(Decimal, "0.10", coerce=True)
print(seen)
assert str(seen) == "0.1000000000000000055511151231257827021181583404541015625", seen
assert seen != Decimal("0.10")
large = deserialize(Decimal, "12345678901234567.89", coerce=True)
print(large)
assert large == 12345678901234568, large
assert deserialize(Decimal, 0.1) == seen
assert serialize(Decimal, Decimal("0.10")) == 0.1
print("held: a tenth has 55 digits")
PYTHON
