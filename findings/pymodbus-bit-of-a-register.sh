#!/usr/bin/env bash
# pymodbus 3.16.1
#
# A register that holds 1 has its one bit at place 8 of the list of bits, and one that holds 256 has it at place 0: the
# two bytes are exchanged before bits are counted. The word order does not change that. A text in two registers is turned
# by the word order too: "abcd" is read as "cdab" where integers of the same device come out right.
# Seen: {1: 8, 2: 9, 256: 0, 32768: 7}
#
# Most would guess: bit 0 of the register is place 0 of the list, as the manual of the device numbers its alarms.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pymodbus==3.16.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pymodbus.client.mixin import ModbusClientMixin

read, KIND = ModbusClientMixin.convert_from_registers, ModbusClientMixin.DATATYPE
for order in ("big", "little"):
    seen = {value: read([value], KIND.BITS, word_order=order).index(True) for value in (1, 2, 256, 32768)}
    print(order, seen)
    assert seen == {1: 8, 2: 9, 256: 0, 32768: 7}, seen
seen = [
    (read([7, 0], KIND.INT32, word_order=order), read([0x6162, 0x6364], KIND.STRING, word_order=order))
    for order in ("little", "big")
]
print(seen)
assert seen == [(7, "cdab"), (458752, "abcd")], seen
print("held: the lowest bit of a register is the ninth of its list")
PYTHON
