#!/usr/bin/env bash
# bencodepy 0.9.5
#
# A setting of True is written as "iTruee", which bencodepy itself cannot read. The keys of a dictionary are written in
# the order in which they were set, though the format orders them, so two equal dictionaries have two hashes. What is
# not in a list or a dictionary is read as a tuple with it: 5 as (5,).
# Seen: b'iTruee'; b'd1:bi1e1:ai2ee' and b'd1:ai2e1:bi1ee' of equal dictionaries
#
# Most would guess: True is 1, and equal values have equal bytes, for which this format is used.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bencodepy==0.9.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import bencodepy

seen = [
    bencodepy.encode(True),
    bencodepy.encode({"b": 1, "a": 2}),
    bencodepy.encode({"a": 2, "b": 1}),
    bencodepy.decode(bencodepy.encode(5)),
    bencodepy.decode(bencodepy.encode([5])),
]
print(seen)
assert seen == [b"iTruee", b"d1:bi1e1:ai2ee", b"d1:ai2e1:bi1ee", (5,), [5]], seen
try:
    bencodepy.decode(b"iTruee")
except ValueError:
    print("held: True is written as what cannot be read, and equal dictionaries have two hashes")
else:
    raise SystemExit("what it writes for True is read now")
PYTHON
