#!/usr/bin/env bash
# pybtex 0.26.1
#
# A bibliography that is read and written has a backslash more before each underscore, hash, ampersand and percent
# sign, with each round: the DOI 10.1000/a_b is 10.1000/a\_b, then 10.1000/a\\_b, and with three rounds it has three,
# so that it is found no more. The tilde of an address is \textasciitilde. Written as YAML the fields stay as they
# were.
# Seen: 10.1000/a\\\_b after three rounds
#
# Most would guess: the DOI that was read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pybtex==0.26.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from pybtex.database import parse_string

ENTRY = "@article{key, doi = {10.1000/a_b}, url = {http://x.org/~a}}"


def fields(form, rounds):
    text = parse_string(ENTRY, "bibtex").to_string(form)
    for _ in range(rounds - 1):
        text = parse_string(text, form).to_string(form)
    return dict(parse_string(text, form).entries["key"].fields)


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


holds("once", fields("bibtex", 1), {"doi": r"10.1000/a\_b", "url": r"http://x.org/\textasciitilde a"})
holds("twice", fields("bibtex", 2)["doi"], r"10.1000/a\\_b")
holds("three times", fields("bibtex", 3)["doi"], r"10.1000/a\\\_b")
holds("as YAML", fields("yaml", 3), {"doi": "10.1000/a_b", "url": "http://x.org/~a"})
print("held: a DOI grows by a backslash")
PYTHON
