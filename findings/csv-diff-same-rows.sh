#!/usr/bin/env bash
# csv-diff 1.2
#
# Two files are equal for csv-diff though one has a row three times and the other has it once, or though one has two
# rows of a key and the other only the last of them. Without a key, rows are told apart by what they hold; with a key,
# the last row of it is kept. Neither says that rows were left out.
#
# Most would guess: two rows are removed, or an error for a key that is there twice.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check csv-diff==1.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

import csv_diff


def difference(before, after, key=None):
    found = csv_diff.compare(*(csv_diff.load_csv(io.StringIO(text), key=key) for text in (before, after)))
    return {kind: rows for kind, rows in found.items() if rows}


seen = {
    "no key": difference("amount\n5\n5\n5\n", "amount\n5\n"),
    "key": difference("id,amount\n1,900\n1,5\n2,7\n", "id,amount\n1,5\n2,7\n", key="id"),
    "other": difference("amount\n5\n", "amount\n6\n"),
}
print(seen)
assert seen["no key"] == {} and seen["key"] == {} and seen["other"], seen
print("held: a file with a row three times equals the one with it once")
PYTHON
