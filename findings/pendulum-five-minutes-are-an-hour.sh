#!/usr/bin/env bash
# pendulum 3.3.0
#
# Between two time zones, a difference is taken apart wrongly while they have different days. In the evening of New York,
# five minutes after a moment in UTC are "1 hour -55 minutes"; at the end of February, "-23 hours -55 minutes"; and what is
# a day is "24 hours". The total in seconds is right. `diff_for_humans` compares with now on this host, so that on a host
# in New York, what happened five minutes ago in UTC was "1 hour ago", each evening.
# Seen: 1 hour -55 minutes, -23 hours -55 minutes, 24 hours; and 5 minutes, 5 minutes, 1 day with both in one zone
#
# Most would guess: 5 minutes, as the difference of two instants does not depend on the zones that they are shown in.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pendulum==3.3.0 tzdata==2026.6

"$folder/venv/bin/python" - <<'PYTHON'
import pendulum

seen = []
for now, ago in (
    (pendulum.datetime(2026, 12, 1, 0, 20), {"minutes": 5}),
    (pendulum.datetime(2026, 3, 1, 2, 20), {"minutes": 5}),
    (pendulum.datetime(2026, 12, 1, 0, 20), {"days": 1}),
):
    then, there = now.subtract(**ago), now.in_timezone("America/New_York")
    assert then.diff(there).total_seconds() == then.diff(now).total_seconds() > 0
    assert then.diff(there, abs=False).total_seconds() > 0 and now == there
    seen.append((pendulum.interval(then, there).in_words(), pendulum.interval(then, now).in_words()))
print(seen)
assert seen == [
    ("1 hour -55 minutes", "5 minutes"),
    ("-23 hours -55 minutes", "5 minutes"),
    ("24 hours", "1 day"),
], seen
there = pendulum.datetime(2026, 12, 1, 0, 20).in_timezone("America/New_York")
shown = pendulum.format_diff(pendulum.datetime(2026, 12, 1, 0, 15).diff(there))
print(shown)
assert shown == "1 hour ago", shown
print("held: pendulum takes a difference between two time zones apart wrongly while they have different days")
PYTHON
