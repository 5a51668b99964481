#!/usr/bin/env bash
# construct 2.10.70
#
# GreedyRange reads records as long as there are any. It stops not only at the end of the data but at the first record
# that breaks a rule, whatever that is, and returns what came before: of five records of which the second has a value
# above its limit one is left, and Struct does not ask for what follows. Only a Terminated behind it, or parsing one
# record after the other, tells the two apart.
# Seen: records 5, 200, 7, 8 and 9, which may be at most 100 -> [5]
#
# Most would guess: an error that names the second record, as Check raises one for a record by itself.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check construct==2.10.70

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from construct import Byte, Check, CheckError, ConstructError, GreedyRange, Int16ub, Struct, Terminated, this

reading = Struct("kind" / Byte, "value" / Int16ub, "in_range" / Check(this.value <= 100))
data = b"".join(bytes([1]) + value.to_bytes(2, "big") for value in (5, 200, 7, 8, 9))

seen = [each.value for each in GreedyRange(reading).parse(data)]
print(seen)
assert seen == [5], seen
inside = Struct("readings" / GreedyRange(reading)).parse(data)
assert len(inside.readings) == 1
try:
    reading.parse(data[3:])
except CheckError as error:
    print("by itself:", type(error).__name__)
else:
    raise SystemExit("the second record is parsed")
try:
    Struct("readings" / GreedyRange(reading), Terminated).parse(data)
except ConstructError as error:
    print("with Terminated:", type(error).__name__)
else:
    raise SystemExit("the rest is not noticed")
print("held: one of five records, and no error")
PYTHON
