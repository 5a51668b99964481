#!/usr/bin/env bash
# webdataset 1.0.2
#
# Samples in a tar file, each a few files of one key. What follows the first point of a name is the kind of the file,
# so the samples with the keys "run_0.1" and "run_0.2", as they were written, are one when they are read: it has the
# key "run_0" and the fields "1.json" and "2.json". Neither the writer nor the reader says so, and three samples are
# two.
# Seen: {"__key__": "run_0", "1.json": ..., "2.json": ...}
#
# Most would guess: the keys that were written, or an error of the writer.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check webdataset==1.0.2

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import webdataset


def samples(*keys):
    with webdataset.TarWriter("samples.tar") as writer:
        for number, key in enumerate(keys):
            writer.write({"__key__": key, "json": {"n": number}})
    fields = []
    for sample in webdataset.WebDataset("samples.tar", shardshuffle=False).decode():
        fields.append({name: sample[name] for name in sorted(sample) if name not in ("__url__", "__local_path__")})
    return fields


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


one = {"1.json": {"n": 0}, "2.json": {"n": 1}, "__key__": "run_0"}
holds("keys with a point", samples("run_0.1", "run_0.2", "b"), [one, {"__key__": "b", "json": {"n": 2}}])
holds("keys without", [sample["json"]["n"] for sample in samples("run_1", "run_2", "b")], [0, 1, 2])
print("held: two samples are one")
PYTHON
