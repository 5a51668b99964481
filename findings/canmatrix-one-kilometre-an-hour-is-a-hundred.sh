#!/usr/bin/env bash
# canmatrix 1.3.3, lxml 6.1.3, openpyxl 3.1.5
#
# A speed with a step of 0.01 km/h is one with a step of 1 km/h after it was converted to ARXML, the format of AUTOSAR,
# so 1 km/h is 100: a step is lost where there is no offset, while that of a temperature, with one, stays. A number with
# a sign has none in ARXML, so -1 is 15, and in XLSX it has an offset of its minimum instead. In SYM a float is an
# integer. KCD keeps the step, the sign and the float.
# Seen: 0.01 in DBC and KCD, 1 in ARXML
#
# Most would guess: a conversion between formats that have steps and signs keeps them, or says what it has lost.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  canmatrix==1.3.3 lxml==6.1.3 openpyxl==3.1.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import pathlib
import warnings

import canmatrix.formats

warnings.simplefilter("ignore")
logging.disable()
pathlib.Path("car.dbc").write_text(
    """VERSION ""
BS_:
BU_: A B
BO_ 100 Car: 8 A
 SG_ Temperature : 0|8@1+ (0.1,-40) [-40|-14.5] "degC" B
 SG_ Speed : 8|16@1+ (0.01,0) [0|655.35] "km/h" B
 SG_ Gear : 24|4@1- (1,0) [-8|7] "" B
 SG_ Load : 32|32@1- (1,0) [0|0] "" B
SIG_VALTYPE_ 100 Load : 1;
"""
)
car = canmatrix.formats.loadp_flat("car.dbc")


def signals(extension):
    canmatrix.formats.dumpp({"": car}, f"other.{extension}")
    frame = canmatrix.formats.loadp_flat(f"other.{extension}").frames[0]
    found = {signal.name: signal for signal in frame.signals}
    gear = found["Gear"]
    return (
        float(found["Temperature"].factor),
        float(found["Speed"].factor),
        (gear.is_signed, float(gear.offset)),
        found["Load"].is_float,
    )


seen = {extension: signals(extension) for extension in ("dbc", "kcd", "arxml", "xlsx", "sym")}
print(seen)
assert seen == {
    "dbc": (0.1, 0.01, (True, 0), True),
    "kcd": (0.1, 0.01, (True, 0), True),
    "arxml": (0.1, 1, (False, 0), True),
    "xlsx": (0.1, 0.01, (False, -8), False),
    "sym": (0.1, 0.01, (True, 0), False),
}, seen
print("held: 1 km/h is 100 km/h in ARXML")
PYTHON
