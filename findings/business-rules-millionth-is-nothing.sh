#!/usr/bin/env bash
# business-rules 1.1.1
#
# Numbers of rules are compared with a tolerance of a millionth, whatever they measure, and of decimals too. A share of
# errors of 0.0000005 is not greater than 0, and is equal to it; -0.0000001 is not less than 0; and 99.9999999 is 100. A
# comparison of floats may well be tolerant; here `greater_than` is, and of decimals. An option is equal whatever its
# case.
# Seen: 0.0000005 greater than 0: False, equal to 0: True
#
# Most would guess: any number above 0 is greater than 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check business-rules==1.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from business_rules.operators import NumericType, SelectType

share = NumericType(Decimal("0.0000005"))
seen = [share.greater_than(0), share.equal_to(0), NumericType(Decimal("-0.0000001")).less_than(0)]
print(seen)
assert seen == [False, True, False], seen
assert NumericType(Decimal("0.00001")).greater_than(0)
assert NumericType(Decimal("99.9999999")).equal_to(100)
assert not NumericType(Decimal("1.0000005")).greater_than(1)
assert SelectType(["DE"]).contains("de") and not SelectType([1]).contains("1")
print("held: half a millionth is not greater than nothing")
PYTHON
