#!/usr/bin/env bash
# pydifact 0.2.3
#
# Since syntax version 4 of EDIFACT an element can be repeated: the fifth character of UNA, say `*`, separates two
# values of one element. pydifact reads the character and does not use it: of the quantities 47:1 and 48:2 in one
# element the middle is the text `1*48`, and the second qualifier is gone. When a text with an asterisk is written under
# this UNA, it is not escaped, so that for others it is two.
# Seen: [["47", "1*48", "2"]]
#
# Most would guess: two quantities, as the UNA of the file says.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pydifact==0.2.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pydifact.segmentcollection import Interchange

FILE = "UNA:+.?*'UNB+UNOC:4+S+R+20240102:1230+1'UNH+1+ORDERS:D:96A:UN'{}UNT+3+1'UNZ+1+1'"


def elements(segment):
    interchange = Interchange.from_str(FILE.format(segment))
    message = next(iter(interchange.get_messages()))
    return [segment.elements for segment in message.segments], interchange.serialize()


quantities, _ = elements("QTY+47:1*48:2'")
print(quantities)
assert quantities == [[["47", "1*48", "2"]]], quantities
text, written = elements("FTX+a?*b'")
print(text, written)
assert text == [["a*b"]], text
assert "FTX+a*b'" in written, written
print("held: two quantities of an element are one")
PYTHON
