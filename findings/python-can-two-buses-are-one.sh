#!/usr/bin/env bash
# python-can 4.6.1
#
# What is lost of a log depends on the ending of its name. A CSV and a SQLite file do not have the bus that a message
# came from, nor its direction, nor that it was of CAN FD: one identifier of two buses is one signal. An ASC file, the
# usual one of measuring tools, has the time since its first message only, as it is read: 2023 becomes 1970. A candump
# log has a length of 0 for a request of 4 bytes.
# Seen: channels None, None in CSV and SQLite; a first time of 0.0 in ASC
#
# Most would guess: all messages that were written, as they were, or a warning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-can==4.6.1

cd "$folder"
"$folder/venv/bin/python" -W error - <<'PYTHON'
import can

MESSAGES = [
    can.Message(timestamp=1700000000.5, arbitration_id=0x123, is_extended_id=False, channel=0, data=[1]),
    can.Message(timestamp=1700000001.5, arbitration_id=0x123, is_extended_id=False, channel=1, data=[2], is_rx=False),
    can.Message(timestamp=1700000002.5, arbitration_id=0x7, is_extended_id=False, channel=0, is_remote_frame=True, dlc=4),
    can.Message(timestamp=1700000003.5, arbitration_id=0x8, is_extended_id=False, channel=0, is_fd=True, data=bytes(12)),
]


def read(ending):
    with can.Logger(f"log.{ending}") as file:
        for message in MESSAGES:
            file.on_message_received(message)
    return [(one.timestamp, one.channel, one.is_rx, one.dlc, one.is_fd) for one in can.LogReader(f"log.{ending}")]


seen = {ending: read(ending) for ending in ("blf", "csv", "db", "asc", "log")}
for ending, messages in seen.items():
    print(ending, messages)
assert [message[1:] for message in seen["blf"]] == [
    (0, True, 1, False),
    (1, False, 1, False),
    (0, True, 4, False),
    (0, True, 12, True),
], seen["blf"]
for ending in ("csv", "db"):
    assert [message[1:] for message in seen[ending]] == [(None, True, length, False) for length in (1, 1, 4, 12)], seen
assert [message[0] for message in seen["asc"]] == [0.0, 1.0, 2.0, 3.0], seen["asc"]
assert [message[3] for message in seen["log"]] == [1, 1, 0, 12], seen["log"]
print("held: in CSV and SQLite two buses are one, and in ASC the date is lost")
PYTHON
