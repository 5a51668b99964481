#!/usr/bin/env bash
# unyt 3.2.0, pint 0.25.3, numpy 2.4.6
#
# "5 MB" is five megabels for unyt, a ratio of loudness, which is 5,756,463 neper. For pint "5 MB" are megabytes, but
# "5 mb" millibarn, an area in nuclear physics, "1 quarter" 12.7 kilograms, "1 h 30 min" 30 hour minutes, and a timedelta
# of an hour has no unit at all.
#
# Most would guess: bytes from both, a quarter of a year or an error, an hour and a half, and 3,600 seconds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  unyt==3.2.0 pint==0.25.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import datetime

import pint
import unyt

registry = pint.UnitRegistry()
size = unyt.unyt_quantity.from_string("5 MB").in_base()
seen = {
    "5 MB of unyt": (round(float(size)), str(size.units)),
    **{text: str(registry(text)) for text in ("5 MB", "5 mb", "1 quarter", "1 h 30 min")},
    "kilograms": round(registry("1 quarter").to("kg").magnitude, 1),
    "timedelta": str(registry.Quantity(datetime.timedelta(hours=1)).units),
}
print(seen)
assert seen == {
    "5 MB of unyt": (5756463, "Np"),
    "5 MB": "5 megabyte",
    "5 mb": "5 millibarn",
    "1 quarter": "1 quarter",
    "1 h 30 min": "30 hour * minute",
    "kilograms": 12.7,
    "timedelta": "dimensionless",
}, seen
print("held: five megabytes are bels for one library, and millibarn in small letters for the other")
PYTHON
