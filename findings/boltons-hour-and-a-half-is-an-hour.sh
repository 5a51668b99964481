#!/usr/bin/env bash
# boltons 26.2.0
#
# `parse_timedelta()` of boltons reads texts as `1d2h3.5m`, its own example has blanks between the parts. Without them
# all behind the first unit is dropped: `1h30m` is an hour, `2d12h` two days. Of a unit only the first letter counts:
# 500 ms are 500 minutes, and a month is a minute. What stands before the number is left out as well: 1,5 hours are
# five. Units that begin with another letter are an error.
# Seen: 1h30m -> 1:00:00, 500ms -> 8:20:00, 1 month -> 0:01:00, 1,5h -> 5:00:00, 1h 30m -> 1:30:00
#
# Most would guess: an hour and a half, half a second and 30 days, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check boltons==26.2.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from boltons.timeutils import parse_timedelta

TEXTS = ["1h30m", "2d12h", "500ms", "1 month", "1,5h", "half an hour", "1h 30m"]
seen = {text: str(parse_timedelta(text)) for text in TEXTS}
print(seen)
assert seen == {
    "1h30m": "1:00:00",
    "2d12h": "2 days, 0:00:00",
    "500ms": "8:20:00",
    "1 month": "0:01:00",
    "1,5h": "5:00:00",
    "half an hour": "0:00:00",
    "1h 30m": "1:30:00",
}, seen
PYTHON
echo "held: an hour and a half is an hour"
