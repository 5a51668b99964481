#!/usr/bin/env bash
# pathway 0.33.0
#
# A program of pathway is written in Python, whose integers have no end; its own have 64 bits and run over without an
# error. The mean of six equal Unix times in nanoseconds of 2024 is negative, as their sum is, and that of five is
# right; one of them times 10 is negative, too. A null is unequal to 1, so a filter `k != 1` keeps it, and a join
# finds a null for a null, as Python's None is equal to None and no null is in SQL. Of windows from an origin on, what
# is before it is in none, without an error.
# Seen: mean of six -1370303745618258700, of five 1704153600000000000
#
# Most would guess: a mean is between the least and the greatest value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pathway==0.33.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathway as pw


def rows(table):
    return pw.debug.table_to_pandas(table, include_id=False).to_dict("records")


def times(count):
    return pw.debug.table_from_rows(pw.schema_from_types(t=int), [(1704153600000000000,)] * count)


def mean(count):
    return rows(times(count).reduce(mean=pw.reducers.avg(pw.this.t)))[0]["mean"]


keys = pw.debug.table_from_rows(pw.schema_from_types(k=int | None, v=int), [(1, 10), (None, 20)])
joined = keys.join(keys.copy(), pw.left.k == pw.right.k).select(a=pw.left.v, b=pw.right.v)
windows = times(1).select(t=pw.this.t // 10**18).windowby(pw.this.t, window=pw.temporal.tumbling(duration=5, origin=2))
seen = {
    "six": mean(6),
    "five": mean(5),
    "times ten": rows(times(1).select(t=pw.this.t * 10))[0]["t"],
    "not one": [row["v"] for row in rows(keys.filter(pw.this.k != 1))],
    "joined": sorted((row["a"], row["b"]) for row in rows(joined)),
    "windows": rows(windows.reduce(n=pw.reducers.count())),
}
print(seen)
assert -1.371e18 < seen.pop("six") < -1.370e18
assert seen == {
    "five": 1704153600000000000.0,
    "times ten": -1405208073709551616,
    "not one": [20],
    "joined": [(10, 10), (20, 20)],
    "windows": [],
}, seen
print("held: the mean of six equal times is before 1970")
PYTHON
