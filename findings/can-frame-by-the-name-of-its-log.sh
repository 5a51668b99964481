#!/usr/bin/env bash
# python-can 4.6.1
#
# One frame of a vehicle, 12 bytes that were sent in 2023, is written to logs of five kinds and read again by the same
# library. In ".blf" it is as it was. In ".asc" it is of 1970. In ".csv" and ".db" it was received, on no channel, and
# is a classic frame, which can have 8 bytes at most. In ".trc" it is not there: a line in the log of the program says
# so, and the next frames go on without it.
#
# Most would guess: one frame, or an error where a kind of log cannot hold it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-can==4.6.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import can

SENT = {"timestamp": 1_700_000_000.5, "is_fd": True, "is_rx": False, "channel": 2}
FRAME = can.Message(arbitration_id=0x123, is_extended_id=False, data=bytes(12), **SENT)
CLASSIC = can.Message(arbitration_id=0x123, is_extended_id=False, data=bytes(8), timestamp=1_700_000_001)

seen = {}
for kind in ("blf", "asc", "csv", "db", "trc"):
    with can.Logger(f"frames.{kind}") as log:
        log(FRAME)
        log(CLASSIC)
    with can.LogReader(f"frames.{kind}") as log:
        frames = [message for message in log if len(message.data) == 12]
    seen[kind] = [tuple(getattr(message, name) for name in SENT) for message in frames]
print(seen)
assert seen == {
    "blf": [(1_700_000_000.5, True, False, 2)],
    "asc": [(0.0, True, False, 2)],
    "csv": [(1_700_000_000.5, False, True, None)],
    "db": [(1_700_000_000.5, False, True, None)],
    "trc": [],
}, seen
print("held: one frame is of 1970, classic, received or lost, by the name of its log")
PYTHON
