#!/usr/bin/env bash
# comtrade 0.2.0
#
# Records of faults in a power grid. The first edition of the format has years of two digits: a fault of 12/31/98 is in
# the year 98, and one of 01/02/24 in the year 24, without an error or a warning. Times within the record are floats of
# 32 bits unless asked otherwise: of readings each millisecond the second one is at 0.0010000000474974513 s, and the
# one at 72000.001 s, after 20 hours, at 72000.0.
# Seen: 0098-12-31 10:30:15.500000
#
# Most would guess: 1998-12-31 10:30:15.500000.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check comtrade==0.2.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import comtrade

HEADER = """station,device{edition}
1,1A,0D
1,IA,,,A,1,0,0,-32767,32767{primary}
50
{rates}
{start}
{start}
ASCII
"""


def record(start, data, edition="", primary="", rates="1\n1000,2"):
    file = comtrade.Comtrade()
    file.read(HEADER.format(edition=edition, primary=primary, start=start, rates=rates), data + "\n")
    return file


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


data = "1,0,100\n2,1000,200"
holds("12/31/98", str(record("12/31/98,10:30:15.500000", data).start_timestamp), "0098-12-31 10:30:15.500000")
holds("01/02/24", str(record("01/02/24,10:30:15.500000", data).start_timestamp), "0024-01-02 10:30:15.500000")
new = record("31/12/1998,10:30:15.500000", data, ",1999", ",1,1,P")
holds("31/12/1998", str(new.start_timestamp), "1998-12-31 10:30:15.500000")
holds("times", [float(time) for time in new.time], [0.0, 0.0010000000474974513])
late = record("31/12/1998,10:30:15.500000", "1,0,5\n2,72000001000,5", ",1999", ",1,1,P", "0\n0,2")
holds("after 20 hours", [float(time) for time in late.time], [0.0, 72000.0])
print("held: a fault of 1998 is in the year 98")
PYTHON
