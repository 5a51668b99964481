#!/usr/bin/env bash
# mt103 1.1.1
#
# In a SWIFT message MT103 the payer of field 50K ends where another field begins. A field that the parser does not
# know, such as 55A, or knows only without an account, such as 53A, becomes the last lines of the payer's name. Of two
# charges, 71F, the second is left. With two instructions, 23E, which the standard allows, no field is read at all: the
# amount is None, and nothing is raised.
# Seen: ordering_customer "/DE123 NAME ONE :53A:/C/12345678 AAAABBCC"; charges "EUR2,"; amount None
#
# Most would guess: each field by itself, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mt103==1.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from mt103 import MT103

BODY = """:20:REF1
:23B:CRED
{instructions}:32A:240102EUR1234,5
:50K:/DE123
NAME ONE
{correspondent}:59:/FR99
NAME TWO
:71A:SHA
{charges}"""


def parse(instructions="", correspondent="", charges=""):
    body = BODY.format(instructions=instructions, correspondent=correspondent, charges=charges).strip()
    header = "{1:F01AAAABBCCXXXX0000000000}{2:I103XXXXYYZZXXXXN}"
    return MT103(header + "{4:\r\n" + body.replace("\n", "\r\n") + "\r\n-}").text


text = parse()
assert (text.ordering_customer.split(), text.interbank_settled_amount) == (["/DE123", "NAME", "ONE"], "1234,5")
for field in (":53A:/C/12345678\nAAAABBCC\n", ":55A:AAAABBCC\n"):
    text = parse(correspondent=field)
    print(text.sender_correspondent, text.ordering_customer.split())
    assert text.sender_correspondent is None
    assert text.ordering_customer.split() == ["/DE123", "NAME", "ONE", *field.split()], text.ordering_customer
text = parse(charges=":71F:EUR1,\n:71F:EUR2,\n")
assert text.sender_charges.strip() == "EUR2,", text.sender_charges
text = parse(instructions=":23E:SDVA\n:23E:PHON\n")
print(text.interbank_settled_amount, text.date)
assert (text.interbank_settled_amount, text.date, text.transaction_reference) == (None, None, None)
print("held: a correspondent is a part of the payer's name, and two instructions leave no amount")
PYTHON
