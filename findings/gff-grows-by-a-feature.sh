#!/usr/bin/env bash
# bcbio-gff 0.7.1, biopython 1.88
#
# A GFF file of one gene that is read and written has a second feature: a remark over the whole sequence that holds the
# version of the file. Read and written again it has a third one. An attribute named score or source is moved into the
# column of that name, where it replaces or joins what stood there. An exon with two parents is written twice.
# Seen: 1, 2 and 3 features; source=lab of the attributes stands in the column instead of s
#
# Most would guess: the gene, with its columns and attributes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bcbio-gff==0.7.1 biopython==1.88

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io
import warnings

from BCBio import GFF

warnings.simplefilter("ignore")


def rewritten(text):
    written = io.StringIO()
    GFF.write(list(GFF.parse(io.StringIO(text))), written)
    return written.getvalue()


def features(text):
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


texts = ["##gff-version 3\n1\ts\tgene\t10\t20\t.\t+\t.\tID=g1;score=7;source=lab\n"]
for _ in range(2):
    texts.append(rewritten(texts[-1]))
seen = [len(features(text)) for text in texts]
gene = features(texts[1])[-1]
print(texts[-1], seen)
assert seen == [1, 2, 3], seen
assert features(texts[1])[0][1:3] == ["annotation", "remark"], texts[1]
assert gene[1] == "lab" and gene[5] == "7" and gene[8] == "ID=g1;source=lab,s", gene
print("held: a file of one gene has three features after two times")
PYTHON
