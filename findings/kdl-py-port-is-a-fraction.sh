#!/usr/bin/env bash
# kdl-py 1.2.0, ckdl 1.0
#
# In a document in the format KDL, kdl-py reads each number in decimals as a float, whole ones, too: the port 8080 is
# 8080.0, also where the document is written again, and the key 9007199254740993 is one less, without an error. In
# hexadecimals a whole number is one: 0x1F90 is 8080. With a type, `(i64)`, it has lost its last digit before it is
# made whole. ckdl, for the same documents, has whole numbers.
# Seen: 8080.0, 9007199254740992.0, 8080; printed again: port=8080.0 key=9007199254740992.0
#
# Most would guess: 8080 and 9007199254740993, for the format has whole numbers, and Python, too.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check kdl-py==1.2.0 ckdl==1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ckdl
import kdl

DOCUMENT = "server port=8080 key=9007199254740993 other=0x1F90 typed=(i64)9007199254740993"

document = kdl.parse(DOCUMENT)
seen = [repr(document.nodes[0].props[name]) for name in ("port", "key", "other", "typed")]
print(seen)
assert seen == ["8080.0", "9007199254740992.0", "8080", "9007199254740992"], seen
written = str(document).strip()
print(written)
assert written == "server port=8080.0 key=9007199254740992.0 other=8080 typed=9007199254740992", written

properties = ckdl.parse(DOCUMENT).nodes[0].properties
other = [repr(properties[name]) for name in ("port", "key", "other")]
assert other == ["8080", "9007199254740993", "8080"], other
print("held: the port 8080 is 8080.0, and a key is another")
PYTHON
