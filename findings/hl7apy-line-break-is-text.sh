#!/usr/bin/env bash
# hl7apy 1.3.5
#
# A note of a laboratory with a line break, which HL7 writes as \.br\, has the text "\.br\" instead after it was read
# and written: its backslashes are escaped once more. An escaped ampersand, \T\, is written as it was, but its value is
# the four letters "J\T\K" and not "J&K", though a value with an ampersand is "J&K" when one sets it.
# Seen: first\E\.br\E\second of first\.br\second
#
# Most would guess: what was read and not changed is written as it was, and a value is what it stands for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hl7apy==1.3.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from hl7apy.parser import parse_message

MESSAGE = "\r".join(
    [
        r"MSH|^~\&|A|B|C|D|20240131120000||ORU^R01^ORU_R01|1|P|2.5",
        r"PID|1||123^^^X||J\T\K",
        r"OBR|1||1|x^y",
        r"OBX|1|TX|n^note||first\.br\second||||||F",
    ]
)
message = parse_message(MESSAGE, find_groups=False)
written = message.to_er7().split("\r")
print(written[3], repr(message.pid.pid_5.value))
assert written[:3] == MESSAGE.split("\r")[:3], written
assert written[3] == r"OBX|1|TX|n^note||first\E\.br\E\second||||||F", written
assert message.pid.pid_5.value == r"J\T\K"
print("held: a line break is five letters after a round trip")
PYTHON
