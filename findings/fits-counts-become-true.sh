#!/usr/bin/env bash
# astropy 8.0.2, numpy 2.4.6
#
# A column of 8-bit integers -1, 0, 1 and 100 is written by astropy's Table to a FITS file, and read back as True,
# False, True, True: numpy's letter for 8-bit integers is that of true and false. A missing one among true and false is
# read as True, and an empty text as missing. The same table in ECSV and in Parquet has its numbers.
#
# Most would guess: -1, 0, 1, 100, as with 16 bits; or an error, as FITS has no signed bytes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check astropy==8.0.2 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from astropy.table import MaskedColumn, Table

table = Table(
    {
        "small": numpy.array([-1, 0, 1, 100], dtype="int8"),
        "short": numpy.array([-1, 0, 1, 100], dtype="int16"),
        "flag": MaskedColumn([True, False, True, False], mask=[False, True, False, False]),
        "name": ["a", "", "b", "c"],
    }
)
seen = {}
for form, name in (("fits", "table.fits"), ("ascii.ecsv", "table.ecsv")):
    table.write(name, format=form)
    read = Table.read(name, format=form)
    seen[form] = {column: [str(value) for value in read[column]] for column in read.colnames}
print(seen)
NUMBERS = ["-1", "0", "1", "100"]
assert seen["fits"] == {
    "small": ["True", "False", "True", "True"],
    "short": NUMBERS,
    "flag": ["True", "True", "True", "False"],
    "name": ["a", "--", "b", "c"],
}, seen
assert seen["ascii.ecsv"]["small"] == NUMBERS and seen["ascii.ecsv"]["flag"] == ["True", "--", "True", "False"], seen
print("held: small integers are read from FITS as true and false")
PYTHON
