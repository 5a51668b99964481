#!/usr/bin/env bash
# timefhuman 0.1.4
#
# timefhuman leaves out what it does not know, and reads the rest: "the day after tomorrow" is tomorrow and "the day
# before yesterday" yesterday; half an hour and a quarter of an hour are an hour. Two numbers with a hyphen are a month
# and a day also behind a weekday, while "tomorrow 9-5" ends four hours before it begins, and "mon-fri" three days
# before. "Next Wednesday" is today, on a Wednesday.
# Seen: on Wednesday, 10 January 2024, noon: day after tomorrow -> 11 January, half an hour -> 13:00, monday 9-5 -> 5
# September
#
# Most would guess: 12 January, 12:30 and Monday from 9 to 17, or nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check timefhuman==0.1.4
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from timefhuman import tfhConfig, timefhuman

CONFIG = tfhConfig(now=datetime.datetime(2024, 1, 10, 12))


def shown(found):
    if isinstance(found, (list, tuple)):
        return [shown(one) for one in found]
    return found.strftime("%m-%d %H:%M")


RESULTS = {
    "day after tomorrow": ["01-11 00:00"],
    "half an hour": ["01-10 13:00"],
    "monday 9-5": ["09-05 00:00"],
    "tomorrow 9-5": [["01-11 09:00", "01-11 05:00"]],
    "mon-fri": [["01-15 00:00", "01-12 00:00"]],
    "next wednesday": ["01-10 00:00"],
}
seen = {text: shown(timefhuman(text, CONFIG)) for text in RESULTS}
print(seen)
assert seen == RESULTS, seen
PYTHON
echo "held: the day after tomorrow is tomorrow"
