#!/usr/bin/env bash
# agate 1.14.2
#
# The rank of the largest amount, with `Rank("amount", reverse=True)`, is 2 when one amount is missing: the missing one
# has rank 1. A list of the top two by `order_by(reverse=True)` begins with the row that has no amount. The total of a
# group that has only missing amounts is 0.
# Seen: ranks {a: 3, b: 1, c: 2} of a 1, b None, c 5
#
# Most would guess: what is missing has no rank, or the last, as in the other direction.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check agate==1.14.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import agate

NUMBER, TEXT = agate.Number(), agate.Text()
table = agate.Table([["a", 1], ["b", None], ["c", 5]], ["key", "amount"], [TEXT, NUMBER])


def ranks(**options):
    ranked = table.compute([("rank", agate.Rank("amount", **options))])
    return {row["key"]: int(row["rank"]) for row in ranked.rows}


print(ranks(), ranks(reverse=True))
assert ranks() == {"a": 1, "c": 2, "b": 3}, ranks()
assert ranks(reverse=True) == {"b": 1, "c": 2, "a": 3}, ranks(reverse=True)
top = [row["key"] for row in table.order_by("amount", reverse=True).limit(2).rows]
assert top == ["b", "c"], top
totals = table.group_by("key").aggregate([("total", agate.Sum("amount"))])
totals = {row["key"]: int(row["total"]) for row in totals.rows}
assert totals == {"a": 1, "b": 0, "c": 5}, totals
print("held: the missing amount is the first of the largest")
PYTHON
