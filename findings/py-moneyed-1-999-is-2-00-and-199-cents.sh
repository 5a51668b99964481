#!/usr/bin/env bash
# py-moneyed 3.0, Babel 2.19.0
#
# An amount of py-moneyed has as many digits as a division left. For a payment in cents they are cut, for a text they
# are rounded, and halves to the even digit: a third and two thirds of 2 EUR are shown as 0.67 and 1.33, and are 66 and
# 133 cents. A negative amount is cut towards zero. `%` is not the remainder but percent.
# Seen: 1.999: text €2.00, sub units 199; 0.005: 0; 2 EUR in thirds: 0.67 + 1.33, 66 + 133; 5 % Money(20) is Money(1)
#
# Most would guess: 200 cents, as the text says.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check py-moneyed==3.0 Babel==2.19.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from moneyed import Money
from moneyed.l10n import format_money


def both(amount):
    return format_money(amount, locale="en_US"), amount.get_amount_in_sub_unit()


third = Money("2", "EUR") / 3
seen = [both(Money("1.999", "EUR")), both(Money("-1.999", "EUR")), both(third), both(third * 2)]
print(seen, 5 % Money("20", "EUR"))
assert seen == [("€2.00", 199), ("-€2.00", -199), ("€0.67", 66), ("€1.33", 133)], seen
assert format_money(Money("1.005", "EUR"), locale="en_US") == "€1.00"
assert 5 % Money("20", "EUR") == Money("1", "EUR")
PYTHON
echo "held: 1.999 EUR is 2.00 and 199 cents"
