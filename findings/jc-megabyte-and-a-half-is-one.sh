#!/usr/bin/env bash
# jc 1.26.1
#
# jc makes JSON of the output of commands. From `du -h` and `ls -lh` a file of 1.5M has the size 1, one of 2.0G the size
# 2, and one of 900 bytes the size 900, so the smallest is the largest. Where the comma is decimal, 1,5M is 15. From `df
# -h` and `free -h` the same sizes are their bytes.
# Seen: [1, 2, 900] of 1.5M, 2.0G and 900; 1649267441664 of 1.5T in df
#
# Most would guess: bytes, as for df and free, or the text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jc==1.26.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import jc

du = [entry["size"] for entry in jc.parse("du", "1.5M\t/a\n2.0G\t/b\n900\t/c\n1,5M\t/d\n")]
ls = [
    entry["size"]
    for entry in jc.parse(
        "ls",
        "total 2.1G\n-rw-r--r-- 1 ann ann 1.5M Jan  2 12:30 a\n-rw-r--r-- 1 ann ann 900 Jan  2 12:30 b\n",
    )
]
df = jc.parse(
    "df", "Filesystem      Size  Used Avail Use% Mounted on\n/dev/a          1.5T  900M  1.5G 100% /\n"
)[0]["size"]
free = jc.parse("free", "               total        used\nMem:            15Gi       1.5Gi\n")[0]["used"]
print(du, ls, df, free)
assert du == [1, 2, 900, 15], du
assert ls == [1, 900], ls
assert (df, free) == (int(1.5 * 1024**4), int(1.5 * 1024**3)), (df, free)
print("held: a file of 1.5M has the size 1, and one of 900 bytes the size 900")
PYTHON
