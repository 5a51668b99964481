#!/usr/bin/env bash
# maya 0.6.1
#
# A time of maya keeps microseconds, shows them and writes them in ISO 8601, and compares whole seconds: 10:00:00.1
# and 10:00:00.9 are equal, have one hash and a difference of 0:00:00, neither is before the other, and a set of both
# has one. Sorting leaves them as they came. In RFC 3339 a time has one digit of the second, cut and not rounded:
# 0.999999 is .9 and 0.05 is .0. A slash makes of the first number the month up to the 12th: 01/02/2024 is 2 January
# and 13/02/2024 is 13 February.
# Seen: equal True, difference 0:00:00, a set of one; .999999 -> .9
#
# Most would guess: two times with different texts are different.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check maya==0.6.1 setuptools==80.9.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import warnings

warnings.simplefilter("ignore")
import maya  # noqa: E402

first, last = (maya.MayaDT.from_iso8601(f"2024-01-31T10:00:00.{digits}Z") for digits in ("1", "9"))
TEXTS = ["2024-01-31T10:00:00.999999Z", "2024-01-31T10:00:00.05Z"]
seen = {
    "texts": [first.iso8601(), last.iso8601()],
    "equal": first == last,
    "before": first < last,
    "difference": last - first,
    "set": len({first, last}),
    "sorted": [time.iso8601()[20] for time in sorted([last, first])],
    "rfc3339": [maya.MayaDT.from_iso8601(text).rfc3339() for text in TEXTS],
    "days": [str(maya.parse(text).date) for text in ("01/02/2024", "13/02/2024")],
}
print(seen)
assert seen == {
    "texts": ["2024-01-31T10:00:00.100000Z", "2024-01-31T10:00:00.900000Z"],
    "equal": True,
    "before": False,
    "difference": datetime.timedelta(0),
    "set": 1,
    "sorted": ["9", "1"],
    "rfc3339": ["2024-01-31T10:00:00.9Z", "2024-01-31T10:00:00.0Z"],
    "days": ["2024-01-02", "2024-02-13"],
}, seen
print("held: eight tenths of a second are no time")
PYTHON
