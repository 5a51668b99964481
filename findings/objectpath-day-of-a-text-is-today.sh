#!/usr/bin/env bash
# objectpath 0.6.1
#
# In a query of ObjectPath `date()` of a text is the day on which it runs, and `dateTime()` of it nothing, without an
# error; only a list of numbers is read. What stands behind a number and is no operator is left out: 10:30 is 10, 1,5
# is 1, 010 is 0, and 7 mod 3 is 7. The sum of a number and a text is a number or a text, by which comes first, and the
# text "10" times 2 is 1010.
# Seen: date("1999-12-31") is today; 10:30 -> 10; 1,5 -> 1; 7 mod 3 -> 7; 1 + "5" -> 6.0; "5" + 1 -> 51; "10" * 2 ->
# 1010
#
# Most would guess: the day of the text, and errors.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check objectpath==0.6.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from objectpath import Tree

tree = Tree({"rows": "10"})
before = datetime.date.today()
day = tree.execute('date("1999-12-31")')
assert before <= day <= datetime.date.today(), day
assert tree.execute('dateTime("1999-12-31T10:00:00")') is None
assert tree.execute("date([1999, 12, 31])") == datetime.date(1999, 12, 31)

RESULTS = {
    "10:30": 10,
    "1,5": 1,
    "010": 0,
    "7 mod 3": 7,
    '1 + "5"': 6.0,
    '"5" + 1': "51",
    "$.rows * 2": "1010",
}
seen = {query: tree.execute(query) for query in RESULTS}
print(seen)
assert seen == RESULTS, seen
PYTHON
echo "held: the day of a text is today"
