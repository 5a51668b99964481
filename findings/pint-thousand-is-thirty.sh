#!/usr/bin/env bash
# Pint 0.25.3, ucumvert 0.3.2
#
# Laboratories report cells in the units of UCUM, the standard that HL7 and FHIR use: 250 platelets are "250 10*3/uL",
# where 10*3 is the power that UCUM also writes 10^3. Pint reads it as a product, so a healthy 250,000 in a microlitre
# are 7,500, which would be an emergency. The constant of Planck, [h], is an hour, and the acceleration of free fall,
# [g], is a gram. ucumvert, which brings UCUM to Pint, reads all three as the standard says.
# Seen: 7,500 and 250,000 for the two spellings of one unit
#
# Most would guess: an error for a unit that Pint does not know, or the value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Pint==0.25.3 ucumvert==0.3.2
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pint
import ucumvert

pint_alone = pint.UnitRegistry()
ucum = ucumvert.PintUcumRegistry()
platelets = [round(pint_alone(f"250 {unit}").m_as("1/uL")) for unit in ("10*3/uL", "10^3/uL")]
expected = round((250 * ucum.from_ucum("10*3/uL")).m_as("1/uL"))
constants = {unit: (str(pint_alone(unit).u), str(ucum.from_ucum(unit).u)) for unit in ("[h]", "[g]")}
print(platelets, expected, constants)
assert platelets == [7500, 250000] and expected == 250000, (platelets, expected)
assert constants == {"[h]": ("hour", "planck_constant"), "[g]": ("gram", "standard_gravity")}, constants
print("held: 250 thousand platelets are 7,500")
PYTHON
