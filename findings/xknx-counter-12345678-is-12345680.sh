#!/usr/bin/env bash
# xknx 4.0.0
#
# Devices of a house on KNX send energy, volume and power as floats of 32 bits. What is read is rounded to seven
# digits, though a float holds all integers up to 16777216: a counter of 12345678 J is 12345680, so a counter that
# rises by one stands still for nine readings of ten and then jumps by ten. Integers are cut: 1.9 pulses are 1, and
# -0.5 is 0, where -1 is refused.
# Seen: 12345680.0 of 12345678, whose four bytes hold it
#
# Most would guess: the number in the four bytes, and 2 or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check xknx==4.0.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import struct

from xknx.dpt import DPT2ByteUnsigned, DPTBase
from xknx.exceptions import ConversionError


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


energy = DPTBase.parse_transcoder("energy")
written = energy.to_knx(12345678)
holds("in the four bytes", struct.unpack(">f", bytes(written.value))[0], 12345678)
holds("read", energy.from_knx(written), 12345680)
rising = [energy.from_knx(energy.to_knx(12345670 + step)) - 12345670 for step in range(11)]
holds("rising by one", rising, [0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 10])
holds("1.9", DPT2ByteUnsigned.from_knx(DPT2ByteUnsigned.to_knx(1.9)), 1)
holds("-0.5", DPT2ByteUnsigned.from_knx(DPT2ByteUnsigned.to_knx(-0.5)), 0)
try:
    DPT2ByteUnsigned.to_knx(-1)
except ConversionError as error:
    print("-1:", type(error).__name__)
else:
    raise AssertionError("it is not refused")
print("held: a counter of 12345678 is 12345680")
PYTHON
