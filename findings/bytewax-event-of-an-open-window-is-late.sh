#!/usr/bin/env bash
# bytewax 0.21.1
#
# Three events of the hour from 1 to 2 o'clock arrive as 1:30, 1:00 and 1:40. The window of that hour is open until an
# event of 2 o'clock comes, but the event of 1:00 is not in it: it is late by the clock of what was seen before, the
# newest event, and not by the window, so it is left out of the list and the count, and appears only in a stream of
# its own, which few connect. All events are counted only if they come in their order, or by a waiting time of the
# clock.
# Seen: 1:30, 1:00, 1:40 -> [1:30, 1:40]; in order all three; with an hour of waiting all three
#
# Most would guess: late is what comes when its window is closed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bytewax==0.21.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import bytewax.operators as op
import bytewax.operators.windowing as windowing
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, TestingSource, run_main

HOUR = datetime.timedelta(hours=1)
DAY = datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)


def run(minutes, wait):
    kept, late = [], []
    flow = Dataflow("flow")
    events = op.input("events", flow, TestingSource([DAY + HOUR + datetime.timedelta(minutes=n) for n in minutes]))
    keyed = op.key_on("key", events, lambda event: "all")
    clock = windowing.EventClock(lambda event: event, wait_for_system_duration=wait)
    hours = windowing.TumblingWindower(length=HOUR, align_to=DAY)
    windows = windowing.collect_window("hours", keyed, clock, hours)
    op.output("kept", windows.down, TestingSink(kept))
    op.output("late", windows.late, TestingSink(late))
    run_main(flow)
    return [[event.strftime("%H:%M") for event in found] for _, (_, found) in kept], len(late)


seen = {
    "out of order": run([30, 0, 40], datetime.timedelta(0)),
    "in order": run([0, 30, 40], datetime.timedelta(0)),
    "waiting": run([30, 0, 40], HOUR),
}
print(seen)
assert seen["out of order"] == ([["01:30", "01:40"]], 1), seen
assert seen["in order"] == ([["01:00", "01:30", "01:40"]], 0), seen
assert seen["waiting"] == ([["01:00", "01:30", "01:40"]], 0), seen
print("held: an event is late for a window that is open")
PYTHON
