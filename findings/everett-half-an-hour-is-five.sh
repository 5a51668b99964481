#!/usr/bin/env bash
# everett 3.5.0
#
# parse_time_period looks for whole numbers with a unit behind them anywhere in the text, adds them up, and leaves out
# the rest: of 0.5h it takes 5h, of 2.25m 25 minutes, of 1e3s three seconds; a number at the end without a unit, as in
# 1h30, is lost. No error tells of what was left out. parse_data_size, beside it, refuses 1.5gb.
# Seen: 0.5h -> 18000 seconds, 1.5h -> 18000, 1h30 -> 3600
#
# Most would guess: 1800, 5400 and 5400, or errors.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check everett==3.5.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from everett import InvalidValueError
from everett.manager import parse_data_size, parse_time_period

seen = {text: parse_time_period(text) for text in ("0.5h", "1.5h", "2.25m", "1e3s", "1h30", "1h30m")}
print(seen)
assert seen == {"0.5h": 18000, "1.5h": 18000, "2.25m": 1500, "1e3s": 3, "1h30": 3600, "1h30m": 5400}, seen
try:
    parse_data_size("1.5gb")
except (InvalidValueError, ValueError) as error:
    print("refused:", error)
else:
    raise SystemExit("1.5gb is taken")
print("held: half an hour is five hours")
PYTHON
