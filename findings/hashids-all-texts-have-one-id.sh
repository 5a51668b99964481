#!/usr/bin/env bash
# hashids 1.3.1, sqids 0.5.2
#
# A key that is a text, or negative, has the id '', without an error: "5" and "7" and -5 are one id, also where a least
# length of 8 is asked for, and of several numbers one that is negative takes the id of all. Read back, '' is no
# number. A fraction is an error, so a column of keys fails once a missing one makes floats of them, and passes as
# texts. The documentation names integers, and not what happens to all others; sqids, of the same authors, refuses
# them.
# Seen: '5p6zGQKV' for 5; '' for "5", "7", -5 and (1, -2)
#
# Most would guess: an error, as for a fraction, or the id of 5 for "5".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hashids==1.3.1 sqids==0.5.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from hashids import Hashids
from sqids import Sqids

ids = Hashids(salt="example", min_length=8)
seen = [ids.encode(*keys) for keys in ((5,), ("5",), ("7",), (-5,), (1, -2), (1, 2))]
print(seen)
assert seen[0] == "5p6zGQKV" and seen[1:5] == [""] * 4 and len(seen[5]) >= 8, seen
assert ids.decode(seen[0]) == (5,) and ids.decode("") == ()


def refused(encode):
    try:
        encode()
    except Exception as error:
        return type(error).__name__
    return None


calls = lambda: ids.encode(5.0), lambda: Sqids().encode([-5]), lambda: Sqids().encode(["5"])
errors = [refused(call) for call in calls]
print(errors)
assert errors == ["TypeError", "ValueError", "TypeError"], errors
print("held: all keys that are texts have one id, the empty text")
PYTHON
