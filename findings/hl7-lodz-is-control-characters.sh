#!/usr/bin/env bash
# hl7 0.4.5
#
# Łódź, escaped and unescaped by hl7 itself, is "ód" between control characters, and 5 € are "5  ¬": a letter beyond
# Latin-1 is written as the number that it has in Unicode, of three or four digits, and read as bytes. Kraków survives.
# An offset of half an hour to the west, -0030, is one to the east.
# Seen: '\x14\x01ód\x17\n' of Łódź
#
# Most would guess: what a library has escaped it can read, or it refuses to escape it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hl7==0.4.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import hl7

message = hl7.parse("MSH|^~\\&|A|B|C|D|20240131120000||ORU^R01|1|P|2.5\rPID|1\r")
seen = {text: message.unescape(message.escape(text)) for text in ("Kraków", "Łódź", "5 €")}
offset = str(hl7.parse_datetime("20240131120000-0030"))
print(seen, message.escape("Łódź"), offset)
assert seen == {"Kraków": "Kraków", "Łódź": "\x14\x01ód\x17\n", "5 €": "5 \x20\xac"}, seen
assert offset == "2024-01-31 12:00:00+00:30", offset
print("held: Łódź is control characters after a round trip")
PYTHON
