#!/usr/bin/env bash
# mt-940 5.1.1
#
# A bank statement in the format MT940 marks a credit that was taken back with RC, so 500 leave the account. The library
# gives that movement the amount +500, as it gives to the credit itself; only a plain D is negative. The two movements
# add up to 1,000, while the closing balance of the same statement is the opening one.
#
# Most would guess: an amount with a sign has the sign of what the account gained or lost, here -500, as with D.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mt-940==5.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import mt940

STATEMENT = """:20:EXAMPLE
:25:00000000/0000000000
:28C:1/1
:60F:C240102EUR1000,00
:61:2401020102{}500,00NTRFEXAMPLE
:61:2401030103{}500,00NTRFEXAMPLE
:62F:C240103EUR1000,00
"""


def read(first, second):
    statement = mt940.parse(STATEMENT.format(first, second))
    balances = [statement.data[f"final_{end}_balance"].amount.amount for end in ("opening", "closing")]
    return [int(movement.data["amount"].amount) for movement in statement], int(balances[1] - balances[0])


seen = {"C RC": read("C", "RC"), "C D": read("C", "D"), "D RD": read("D", "RD")}
print(seen)
assert seen == {"C RC": ([500, 500], 0), "C D": ([500, -500], 0), "D RD": ([-500, 500], 0)}, seen
print("held: the reversal of a credit is a gain, and a statement does not add up to its own balance")
PYTHON
