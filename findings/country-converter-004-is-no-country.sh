#!/usr/bin/env bash
# country_converter 1.3.2, pandas 2.3.3
#
# Numeric codes of ISO 3166 have three digits, and are written so: 004 is Afghanistan, 036 Australia and 076 Brazil.
# Found are "4", "36" and "76" alone, and "840" and "276", which have no zero in front. It is the same if the column is
# named as the source, and codes that it gives are numbers, so what is written as text with three digits cannot be read
# back.
# Seen: of 004, 276, 076 and 840, AFG and BRA are not found
#
# Most would guess: Afghanistan, as the code is that of the standard.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check country_converter==1.3.2 pandas==2.3.3
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import logging

import country_converter
import pandas

logging.disable(logging.CRITICAL)
codes = pandas.Series(["004", "276", "076", "840", "036"])
converter = country_converter.CountryConverter()
found = converter.pandas_convert(codes, to="ISO3", not_found="-").tolist()
named = converter.pandas_convert(codes, src="ISOnumeric", to="ISO3", not_found="-").tolist()
without = converter.pandas_convert(codes.str.lstrip("0"), src="ISOnumeric", to="ISO3", not_found="-").tolist()
given = converter.convert(["Afghanistan", "Brazil"], to="ISOnumeric")
print(found, named, without, given)
assert found == named == ["-", "DEU", "-", "USA", "-"], (found, named)
assert without == ["AFG", "DEU", "BRA", "USA", "AUS"], without
assert given == [4, 76], given
again = converter.convert([f"{code:03}" for code in given], src="ISOnumeric", to="name_short", not_found="-")
assert again == ["-", "-"], again
PYTHON
echo "held: 004 is no country"
