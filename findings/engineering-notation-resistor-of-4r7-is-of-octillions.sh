#!/usr/bin/env bash
# engineering-notation 0.13.3
#
# `EngNumber` reads values of electronic parts, as 1.5k, 10n and 10uF, and writes 3k30 for those who mark the point by
# the letter. Read again that is 3000. The letter R, which stands for the point of ohms, is the prefix ronna: 4R7 is
# 4e27. A large K is no prefix, and left out: 2.2K is 2.2. Behind a blank the unit is left out with its prefix: 5 kV is
# 5.
# Seen: 4R7 -> 4e+27, 100R -> 1e+29, 2.2K -> 2.2, 5 kV -> 5, 3k3 -> 3000; 3300 written as 3k30, read again 3000
#
# Most would guess: 4.7 ohms, 2200, 5000 and 3300, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check engineering-notation==0.13.3
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from engineering_notation import EngNumber

TEXTS = ["1.5k", "10uF", "4R7", "100R", "2.2K", "5 kV", "3k3", EngNumber(3300).to_pn()]
seen = {text: float(EngNumber(text)) for text in TEXTS}
print(seen)
assert seen == {
    "1.5k": 1500.0,
    "10uF": 1e-05,
    "4R7": 4e27,
    "100R": 1e29,
    "2.2K": 2.2,
    "5 kV": 5.0,
    "3k3": 3000.0,
    "3k30": 3000.0,
}, seen
PYTHON
echo "held: 4R7 is 4e27"
