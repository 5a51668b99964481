#!/usr/bin/env bash
# checksumdir 1.3.0, dirhash 0.5.0
#
# The checksum of a folder does not see that two of its files have changed places: it is made of the hashes of the
# contents, sorted, without the names. So the partitions of two days that were swapped, a file that was renamed, and
# one that was moved into another folder leave it as it was. An added file, even an empty one, changes it. dirhash
# sees all of them.
#
# Most would guess: the checksum of a folder changes with the names of its files.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check checksumdir==1.3.0 dirhash==0.5.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import checksumdir
import dirhash

FOLDERS = {
    "as it was": {"day=1/rows.csv": "1", "day=2/rows.csv": "2"},
    "swapped": {"day=1/rows.csv": "2", "day=2/rows.csv": "1"},
    "renamed": {"day=1/rows.csv": "1", "day=2/old.csv": "2"},
    "moved": {"day=1/rows.csv": "1", "day=1/more.csv": "2"},
    "one more": {"day=1/rows.csv": "1", "day=2/rows.csv": "2", "day=3/rows.csv": ""},
}

sums, others = {}, {}
for name, files in FOLDERS.items():
    for path, text in files.items():
        file = pathlib.Path(name, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    sums[name] = checksumdir.dirhash(name, "sha256")
    others[name] = dirhash.dirhash(name, "sha256")
print({name: one[:8] for name, one in sums.items()})
assert sums["as it was"] == sums["swapped"] == sums["renamed"] == sums["moved"] != sums["one more"], sums
assert len(set(others.values())) == len(FOLDERS), others
print("held: files that were swapped, renamed or moved leave the checksum of their folder as it was")
PYTHON
