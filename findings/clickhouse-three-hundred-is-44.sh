#!/usr/bin/env bash
# chdb 4.4.0
#
# A number that does not fit into an integer type is cut to its last bits, without an error: also a text in a file or
# an INSERT ... SELECT that is cast, and also by the function whose name says that it parses. 300 as UInt8 is 44, 70000
# as Int16 is 4464, three billion as Int32 is negative, -1 as UInt32 is four billion. The functions with OrNull in
# their names give NULL for a text; for numbers there is only accurateCast, of which few know. Sums of Int64 pass their
# largest value likewise.
# Seen: toUInt8('300') = 44; toInt16(70000) = 4464; toInt32(3000000000) = -1294967296; sum of twice the largest Int64 =
# -2
#
# Most would guess: an error, as of a text that is no number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check chdb==4.4.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import chdb


def ask(query):
    return str(chdb.query(query, "CSV")).strip().replace("\n", "; ").replace("\"", "")



seen = ask("SELECT toUInt8('300'), CAST(300 AS UInt8), toInt16(70000), toInt32(3000000000), toUInt32(-1)")
print(seen)
assert seen == "44,44,4464,-1294967296,4294967295", seen
total = ask("SELECT sum(toInt64(x)) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 9223372036854775807)")
print(total)
assert total == "-2", total
assert ask("SELECT toUInt8OrNull('300'), accurateCastOrNull(300, 'UInt8')") == "\\N,\\N"
print("held: three hundred is 44")
PYTHON
