#!/usr/bin/env bash
# pyhocon 0.3.63, python-dateutil 4.0.0
#
# In HOCON a text needs no quotes. pyhocon takes a number with a unit of time for a duration wherever it stands in one:
# "ran 5 h ago" is "ran relativedelta(hours=+5)ago", "level 3 s" is a level of relativedelta, and "1 d 2 h" is two of
# them without a space. "null value" has the address of an object in it, "not true" has "True", and "2024 01 05" is
# "2024 01 5". A duration that is asked for as a text is one of relativedelta, too. Where python-dateutil is not
# installed it is "ran 5:00:00ago", and "1 d 2 h" is "1 day, 0:00:002:00:00".
# Seen: 'ran relativedelta(hours=+5)ago', 'relativedelta(days=+1)relativedelta(hours=+2)'
#
# Most would guess: the text as it was written; HOCON turns 5 h into a duration only where one is asked for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyhocon==0.3.63 python-dateutil==4.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pyhocon import ConfigFactory

EXPECTED = {
    "ran 5 h ago": "ran relativedelta(hours=+5)ago",
    "level 3 s": "level relativedelta(seconds=+3)",
    "1 d 2 h": "relativedelta(days=+1)relativedelta(hours=+2)",
    "not true": "not True",
    "2024 01 05": "2024 01 5",
}
seen = {text: ConfigFactory.parse_string(f"title = {text}")["title"] for text in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
null = ConfigFactory.parse_string("title = null value")["title"]
assert null.startswith("<pyhocon.config_tree.NoneValue object at "), null
assert ConfigFactory.parse_string("wait = 5 s").get_string("wait") == "relativedelta(seconds=+5)"
print("held: five hours within a sentence are the name of a class of Python")
PYTHON
