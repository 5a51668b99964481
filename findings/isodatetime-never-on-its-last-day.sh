#!/usr/bin/env bash
# metomi-isodatetime 1!3.2.0
#
# This library of Cylc and Rose reads recurrences of ISO 8601. `R3/P1M/2024-03-31T00Z` is three times a month apart, of
# which the last is 31 March: it gives 29 January, 29 February and 29 March. `R3/P1Y/2024-02-29T00Z` ends on 28 February
# 2024. The day that was written is in neither. Without a number of repetitions it is: `R/P1M/2024-03-31T00Z` begins
# with 31 March.
#
# Most would guess: the last of the times is the one that stands there.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check metomi-isodatetime==1!3.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import itertools

from metomi.isodatetime.parsers import TimeRecurrenceParser


def days(text):
    return [str(time)[:10] for time in itertools.islice(TimeRecurrenceParser().parse(text), 3)]


seen = {text: days(text) for text in ("R3/P1M/2024-03-31T00Z", "R3/P1Y/2024-02-29T00Z", "R/P1M/2024-03-31T00Z")}
print(seen)
assert seen == {
    "R3/P1M/2024-03-31T00Z": ["2024-01-29", "2024-02-29", "2024-03-29"],
    "R3/P1Y/2024-02-29T00Z": ["2022-02-28", "2023-02-28", "2024-02-28"],
    "R/P1M/2024-03-31T00Z": ["2024-03-31", "2024-02-29", "2024-01-29"],
}, seen
print("held: a recurrence that ends on 31 March ends on 29 March")
PYTHON
