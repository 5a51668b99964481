#!/usr/bin/env bash
# biopython 1.88
#
# A tree in Newick format that is read and written again has values that were never there: branches without a length get
# the length 0, so the distance between all leaves is none instead of unknown. A group that is named "2024" becomes a
# confidence of 2024.00, and one named "1e5" of 100000.00, while "x1" stays a name. Of a length of 123456.789 two
# decimals are left.
#
# Most would guess: what is unknown stays so, and a name that is written comes back.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check biopython==1.88

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

from Bio import Phylo


def written(text):
    file = io.StringIO()
    Phylo.write(Phylo.read(io.StringIO(text), "newick"), file, "newick")
    return file.getvalue().strip()


seen = {text: written(text) for text in ("((A,B)x1,(C,D)2024,E);", "((A:1,B:2)1e5:3,C:123456.789);")}
print(seen)
assert seen == {
    "((A,B)x1,(C,D)2024,E);": "((A:0,B:0)x1:0,(C:0,D:0)2024.00:0,E:0):0;",
    "((A:1,B:2)1e5:3,C:123456.789);": "((A:1,B:2)100000.00:3,C:123456.79):0;",
}, seen
print("held: branches without a length have a length of 0, and the group 2024 is a number")
PYTHON
