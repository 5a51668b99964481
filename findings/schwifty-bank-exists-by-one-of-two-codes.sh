#!/usr/bin/env bash
# schwifty 2026.10.1
#
# A bank's code (BIC) has eight characters, or eleven with XXX for its head office; the two are one bank. Of DEUTDEFF
# schwifty knows the name and the German bank codes, and says that it does not exist; DEUTDEFFXXX does. With ING it is
# the other way round, and of BNP Paribas both exist. The two forms are not equal, so the code that belongs to an
# account is not the one that a payment to it names, and an account is not equal to its own number with spaces.
# Seen: DEUTDEFF False, DEUTDEFFXXX True, INGBNL2A True, INGBNL2AXXX False, BNPAFRPP True, BNPAFRPPXXX True
#
# Most would guess: one answer for both forms, and that they are equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check schwifty==2026.10.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from schwifty import BIC, IBAN

CODES = {"DEUTDEFF": (False, True), "INGBNL2A": (True, False), "BNPAFRPP": (True, True), "COBADEFF": (False, True)}
seen = {code: (BIC(code).exists, BIC(code + "XXX").exists) for code in CODES}
print(seen)
assert seen == CODES, seen
names = [BIC(code).bank_names[0] for code in ("DEUTDEFF", "DEUTDEFFXXX")]
assert names == ["Deutsche Bank", "Deutsche Bank"], names

account = IBAN("DE89 3704 0044 0532 0130 00")
equal = account.bic == BIC("COBADEFFXXX"), account.bic == BIC("COBADEFF"), account == "DE89 3704 0044 0532 0130 00"
print("equal:", *equal)
assert equal == (True, False, False), equal
print("held: a bank does not exist by one of its two codes")
PYTHON
