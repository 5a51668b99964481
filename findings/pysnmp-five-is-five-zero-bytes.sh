#!/usr/bin/env bash
# pysnmp 7.1.30
#
# The number 5 for a text or bytes is five bytes of zero; 0 and False are empty texts, and true is one byte of zero.
# The text "5" is what it says. 1.9 for an integer is 1, as a counter, ticks and gauge, without an error, though 1.5
# for a text is refused.
# Seen: OctetString(5) is 0x0000000000, DisplayString 5 is '\x00\x00\x00\x00\x00', Integer32(1.9) is 1
#
# Most would guess: "5", or an error as for 1.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pysnmp==7.1.30

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pysnmp.proto import rfc1902
from pysnmp.smi import builder

(DisplayString,) = builder.MibBuilder().import_symbols("SNMPv2-TC", "DisplayString")
seen = {
    "bytes": [rfc1902.OctetString(value).asOctets() for value in (5, "5", 0, False, True)],
    "text": DisplayString().clone(5).prettyPrint(),
    "integers": [int(one(1.9)) for one in (rfc1902.Integer32, rfc1902.Counter32, rfc1902.Gauge32, rfc1902.TimeTicks)],
}
print(seen)
assert seen == {
    "bytes": [b"\0\0\0\0\0", b"5", b"", b"", b"\0"],
    "text": "\0\0\0\0\0",
    "integers": [1, 1, 1, 1],
}, seen
try:
    rfc1902.OctetString(1.5)
except TypeError:
    print("held: the number 5 is five bytes of zero")
PYTHON
