#!/usr/bin/env bash
# astropy 8.0.2, numpy 2.4.6
#
# Columns of an astropy table have units, shown in each print of it, and they take no part in arithmetic. A column of
# 1 m plus one of 1 km is 2 m, their product is 1 m, and 1 m is not less than 1 km. A row of 1 km that is added to a
# table of metres is 1 m, though it was given with its unit. With the quantity 1 km the same column of 1 m is 1001 m.
#
# Most would guess: 1001 m, an area, true and 1000 m, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check astropy==8.0.2 numpy==2.4.6
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import astropy.units
from astropy.table import Column, Table

warnings.simplefilter("error")
ways = Table({"walk": Column([1.0], unit="m"), "ride": Column([1.0], unit="km")})
total, area = ways["walk"] + ways["ride"], ways["walk"] * ways["ride"]
quantity = ways["walk"] + 1 * astropy.units.km
walks = Table({"walk": Column([5.0], unit="m")})
walks.add_row([1 * astropy.units.km])
seen = {
    "sum": (float(total[0]), str(total.unit)),
    "product": (float(area[0]), str(area.unit)),
    "less": bool((ways["walk"] < ways["ride"])[0]),
    "row": (float(walks["walk"][1]), str(walks["walk"].unit)),
    "quantity": str(quantity[0]),
}
print(seen)
assert seen == {
    "sum": (2, "m"),
    "product": (1, "m"),
    "less": False,
    "row": (1, "m"),
    "quantity": "1001.0 m",
}, seen
print("held: a metre and a kilometre are two metres")
PYTHON
