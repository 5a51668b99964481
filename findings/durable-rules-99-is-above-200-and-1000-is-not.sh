#!/usr/bin/env bash
# durable_rules 2.0.28
#
# Rules of durable_rules compare a text with a number by their letters: an event whose amount came as the text "99" is
# above 200, and so is "abc", while "1000" is not, without an error; the rule for the name "1" also takes the number 1.
# A rule for a first and a second event of one key, in this order, gets them the other way round: `first` is the one
# that was posted last, so a difference of second less first has the wrong sign.
# Seen: above 200: 201, "99" and "abc", not "1000"; first 2, second 1
#
# Most would guess: an error, no match or 99 as a number, and the events in their order.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check durable_rules==2.0.28

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from durable.engine import MessageNotHandledException
from durable.lang import c, m, post, ruleset, when_all

seen, pairs = [], []

with ruleset("orders"):

    @when_all(m.amount > 200)
    def high(event):
        seen.append(event.m.amount)

    @when_all(m.name == "1")
    def named(event):
        seen.append(event.m.name)


with ruleset("pairs"):

    @when_all(c.first << m.key == "a", c.second << m.key == c.first.key)
    def both(event):
        pairs.append((event.first.number, event.second.number))


for fact in (
    {"amount": 201},
    {"amount": 199},
    {"amount": "99"},
    {"amount": "1000"},
    {"amount": "abc"},
    {"name": 1},
):
    try:
        post("orders", fact)
    except MessageNotHandledException:
        pass
for number in (1, 2):
    post("pairs", {"key": "a", "number": number})
print(seen, pairs)
assert seen == [201, "99", "abc", 1], seen
assert pairs == [(2, 1)], pairs
print("held: the text 99 is above 200")
PYTHON
