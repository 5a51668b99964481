#!/usr/bin/env bash
# conllu 6.0.0, pyconll 3.3.1
#
# In the last column of CoNLL-U, the format of treebanks, a link to an audio file or a corpus is a key and a value.
# conllu keeps the value only up to a second equals sign, and writes it back so: the query of a link is gone, and all
# links of a corpus become one. In the comments above a sentence it keeps the same link. pyconll keeps both.
# Seen: Ref=http://corpus/?id=5 becomes Ref=http://corpus/?id
#
# Most would guess: the first equals sign ends the key, as in the comments, and what is not understood is written back.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check conllu==6.0.0 pyconll==3.3.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import conllu
import pyconll

ROW = "{}\tword\tword\tNOUN\t_\t_\t0\troot\t_\tRef=http://corpus/?id={}\n"
TEXT = "# source = http://corpus/?id=5\n" + ROW.format(1, 5) + ROW.format(2, 6) + "\n"

sentence = conllu.parse(TEXT)[0]
written = [line.split("\t")[-1] for line in sentence.serialize().splitlines() if line]
print(written)
assert written == ["# source = http://corpus/?id=5", "Ref=http://corpus/?id", "Ref=http://corpus/?id"], written
kept = [line.split("\t")[-1] for line in pyconll.load_from_string(TEXT)[0].conll().splitlines()]
assert kept == ["# source = http://corpus/?id=5", "Ref=http://corpus/?id=5", "Ref=http://corpus/?id=6"], kept
print("held: two links are one, without the number behind their second equals sign")
PYTHON
