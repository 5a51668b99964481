#!/usr/bin/env bash
# pyMeterBus 0.8.5
#
# Heat and water meters speak M-Bus, where numbers are decimal digits of four bits. A meter that has no reading sends
# digits above 9, and the library adds them up as if they were some: AAAAAAAA is 10,101.01 cubic metres. A day that is
# not set, FFFF, is the 31st of the fifteenth month of 2027, and a time that the meter marks as invalid is one as any
# other. Nothing is said of it.
#
# Most would guess: None, an error, or a mark, for what the meter itself calls invalid.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyMeterBus==0.8.5
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import meterbus

METER = bytes.fromhex("78563412 2440 01 07 55 00 0000")  # number, maker, version, water, counter, status, signature
VOLUME, DAY, TIME = "0C13", "026C", "046D"  # eight digits in litres, a day, a time


def read(kind, value):
    body = bytes.fromhex("080572") + METER + bytes.fromhex(kind) + bytes.fromhex(value)
    frame = bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) % 256, 0x16])
    (record,) = meterbus.load(frame).records
    return record.parsed_value


seen = {
    "volume": [round(float(read(VOLUME, value)), 2) for value in ("78563412", "AAAAAAAA")],
    "day": [read(DAY, value) for value in ("0131", "FFFF")],
    "time": [read(TIME, value) for value in ("1E0D0131", "9E0D0131")],
}
print(seen)
assert seen == {
    "volume": [12345.68, 10101.01],
    "day": ["2024-01-01", "2027-15-31"],
    "time": ["2024-01-01T13:30", "2024-01-01T13:30"],
}, seen
print("held: a reading that is none is 10,101 cubic metres, and a day that is not set is in 2027")
PYTHON
