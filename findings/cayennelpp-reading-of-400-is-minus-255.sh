#!/usr/bin/env bash
# pycayennelpp 2.4.0
#
# Payloads of sensors in LoRaWAN. A reading that is too large for the two bytes of its type becomes a negative one,
# without an error: 400 as an analog input is -255.36, and 5000 degrees are -1553.6, where a luminosity of 70000 is
# refused. What is more exact than the type is cut, and not rounded: 0.29 is 0.28, as 0.29 times 100 is 28.999999,
# 23.46 degrees are 23.4 and -0.06 degrees are 0.
# Seen: -255.36 of 400, and 0.28 of 0.29
#
# Most would guess: an error, and 0.29.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pycayennelpp==2.4.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from cayennelpp import LppFrame


def holds(kind, reading, expected):
    frame = LppFrame()
    getattr(frame, "add_" + kind)(1, reading)
    (seen,) = LppFrame().from_bytes(bytes(frame)).data[0].value
    print(f"{kind} {reading}: {seen}")
    assert seen == expected, kind


holds("analog_input", 12.5, 12.5)
holds("analog_input", 400, -255.36)
holds("analog_input", 0.29, 0.28)
holds("analog_input", 1.13, 1.12)
holds("voltage", 0.29, 0.28)
holds("temperature", 5000, -1553.6)
holds("temperature", 23.46, 23.4)
holds("temperature", -0.06, 0)
try:
    holds("luminosity", 70000, None)
except ValueError as error:
    print("luminosity 70000:", error)
else:
    raise AssertionError("it is not refused")
print("held: a reading of 400 is -255.36")
PYTHON
