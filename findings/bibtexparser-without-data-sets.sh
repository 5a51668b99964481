#!/usr/bin/env bash
# bibtexparser 1.4.4 and 2.1.0
#
# Version 1 leaves out entries of kinds that BibTeX itself did not have: data sets, software and pages of the web are
# gone from what it returns, with no more than a line in the log. Version 2 has all of them. What version 1 reads and
# writes again, it so deletes.
# Seen: 2 of 5 entries by version 1, 5 by version 2
#
# Most would guess: an entry of a kind that is not known is kept as it is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cd "$folder"
cat >sources.bib <<'BIBTEX'
@article{one, title = {One}, year = {2024}}
@dataset{two, title = {Two}, year = {2024}}
@software{three, title = {Three}, year = {2024}}
@online{four, title = {Four}, year = {2024}}
@misc{five, title = {Five}, year = {2024}}
BIBTEX

"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bibtexparser==1.4.4
"$folder/venv/bin/python" - <<'PYTHON'
import bibtexparser

base = bibtexparser.loads(open("sources.bib").read())
seen = [entry["ID"] for entry in base.entries]
print("1.4.4", seen)
assert seen == ["one", "five"], seen
assert "Two" not in bibtexparser.dumps(base)
PYTHON
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bibtexparser==2.1.0
"$folder/venv/bin/python" - <<'PYTHON'
import bibtexparser

seen = [entry.key for entry in bibtexparser.parse_string(open("sources.bib").read()).entries]
print("2.1.0", seen)
assert len(seen) == 5, seen
print("held: version 1 leaves out data sets, software and pages of the web")
PYTHON
