#!/usr/bin/env bash
# pygrok 1.0.0
#
# A pattern is looked for anywhere in a line, and also begins within a number. So an integer before "ms" is 5 in 12.5
# ms, 1e3 and 1,234.5 are both 1, 31/12/2024 is 1/12/2024 by a date of the United States, 25:10:00 is the time 5:10:00,
# and the level of "reinforced" is info. None of them is told apart from a match.
# Seen: {'n': 5}; {'n': 1.0}; '1/12/2024'; '5:10:00'; 'info'
#
# Most would guess: no match, or 12.5: the pattern says a whole number before ms, and there is none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pygrok==1.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.simplefilter("ignore")

from pygrok import Grok  # noqa: E402

EXPECTED = {
    ("%{INT:n:int} ms", "took 12.5 ms"): 5,
    ("%{NUMBER:n:float}", "1e3"): 1.0,
    ("%{NUMBER:n:float}", "1,234.5"): 1.0,
    ("%{DATE_US:n}", "31/12/2024"): "1/12/2024",
    ("%{TIME:n}", "25:10:00"): "5:10:00",
    ("%{LOGLEVEL:n}", "reinforced"): "info",
}
seen = {(pattern, line): Grok(pattern).match(line)["n"] for pattern, line in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
print("held: 12.5 ms are 5, and 31 December is 1 December")
PYTHON
