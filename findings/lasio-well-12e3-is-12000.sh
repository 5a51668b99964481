#!/usr/bin/env bash
# lasio 0.32, numpy 2.4.6
#
# In a well log in the format LAS the header has texts: the name of a well, its field, a licence, a run. lasio makes a
# number of each that can be one. The well 12E3 is 12,000, the licence 0012345 is 12,345, the location 1_2 is 12, and
# the sections 10,11 are 10.11. Written again the file has these, so another well is named in it. Only UWI and API are
# kept.
# Seen: WELL 12000.0, LIC 12345, LOC 12, FLD 10.11; in the file that was written: "WELL. 12000.0 : well"
#
# Most would guess: the texts as they are in the file, or at least the same file when it is written again.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check lasio==0.32 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

import lasio

FILE = """~Version
VERS. 2.0 : version
WRAP. NO  : one line per depth step
~Well
STRT.M 1.0     : first depth
STOP.M 2.0     : last depth
STEP.M 1.0     : step
NULL.  -999.25 : null value
WELL.  12E3    : well
LIC .  0012345 : licence
LOC .  1_2     : location
FLD .  10,11   : sections
UWI .  0012345 : unique well identifier
~Curves
DEPT.M : depth
GR  .  : gamma ray
~ASCII
1.0 5.1
2.0 5.2
"""

log = lasio.read(FILE)
seen = {name: log.well[name].value for name in ("WELL", "LIC", "LOC", "FLD", "UWI")}
print(seen)
assert seen == {"WELL": 12000.0, "LIC": 12345, "LOC": 12, "FLD": 10.11, "UWI": "0012345"}, seen

written = io.StringIO()
log.write(written, version=2.0)
lines = [" ".join(line.split()) for line in written.getvalue().splitlines()]
expected = ["WELL. 12000.0 : well", "LIC . 12345 : licence", "LOC . 12 : location", "FLD . 10.11 : sections"]
assert [line for line in lines if line[:3] in ("WEL", "LIC", "LOC", "FLD")] == expected, lines
print("held: the well 12E3 is the well 12000.0 when the log is written again")
PYTHON
