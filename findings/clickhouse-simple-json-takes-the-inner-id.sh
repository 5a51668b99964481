#!/usr/bin/env bash
# chdb 4.4.0
#
# simpleJSONExtractInt, made for speed, looks for the name of a key at any depth: it takes the id of an object inside,
# if that comes first. A blank behind the colon hides the number, which is 0 then. JSONExtractInt takes the right key,
# but is 0 as well for a text, null, a missing key, what is no JSON and a number above the type, so that a broken row
# is like a zero.
# Seen: of {"job":{"id":7},"id":42} simpleJSONExtractInt takes 7, of {"id": 42} 0; JSONExtractInt takes 42
#
# Most would guess: 42 of both; and NULL or an error for what is not there.
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



NESTED, BLANK = '{"job":{"id":7},"id":42}', '{"id": 42}'
seen = {
    text: ask(f"SELECT simpleJSONExtractInt('{text}', 'id'), JSONExtractInt('{text}', 'id')")
    for text in (NESTED, BLANK)
}
print(seen)
assert list(seen.values()) == ["7,42", "0,42"], seen
broken = ('{"id":"x"}', '{"id":null}', "{}", "not json", '{"id":18446744073709551615}')
zeros = [ask(f"SELECT JSONExtractInt('{text}', 'id')") for text in broken]
print(zeros)
assert zeros == ["0"] * 5, zeros
print("held: the id of the row is that of its job")
PYTHON
