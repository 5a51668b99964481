#!/usr/bin/env bash
# holidays 0.109
#
# The holidays of a country are none until one asks for a day: their number is 0, a loop over them has no round, and
# they count as false. A look at a day of 2024 fills that year in, and they are 9. Two of them for one country are
# equal, and are not any more after one of them was asked. So what is listed or compared depends on what was asked
# before.
#
# Most would guess: a country has holidays, at least those of this year, and asking for one changes nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check holidays==0.109

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import holidays

germany, same = holidays.country_holidays("DE"), holidays.country_holidays("DE")
before = (len(germany), list(germany), bool(germany), germany == same)
assert datetime.date(2024, 1, 1) in germany
after = (len(germany), len(list(germany)), bool(germany), germany == same)
print(before, after)
assert before == (0, [], False, True), before
assert after == (9, 9, True, False), after
assert datetime.date(2025, 7, 1) not in germany and len(germany) == 18, len(germany)
assert len(holidays.country_holidays("DE", years=2024)) == 9
print("held: a country has no holidays until one asks for a day, then those of its year")
PYTHON
