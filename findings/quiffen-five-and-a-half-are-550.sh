#!/usr/bin/env bash
# quiffen 4.0.1
#
# The commas of an amount are dropped, and so are its brackets: 5,50 of a bank in Germany is 550, and (5.00) is a gain
# of 5. The order of day and month is found for each line, not for the file: in one file 12/01 is 1 December, and
# 13/01 behind it 13 January.
# Seen: 550 and 5.00; 2024-12-01, 2024-01-13
#
# Most would guess: 5.50 or an error, -5, and one order for a file.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check quiffen==4.0.1

cd "$folder"
cat >bank.qif <<'QIF'
!Type:Bank
D12/01/2024
T5,50
PShop
^
D13/01/2024
T(5.00)
PShop
^
QIF
"$folder/venv/bin/python" - <<'PYTHON'
from quiffen import Qif

(account,) = Qif.parse("bank.qif").accounts.values()
seen = [(str(one.date.date()), str(one.amount)) for one in account.transactions["Bank"]]
print(seen)
assert sorted(seen) == [("2024-01-13", "5.00"), ("2024-12-01", "550")], seen
print("held: 5,50 is 550, and 13/01 is six weeks before 12/01")
PYTHON
