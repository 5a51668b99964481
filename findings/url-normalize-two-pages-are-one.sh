#!/usr/bin/env bash
# url-normalize 3.1.0
#
# Empty parts of the path of an address of the web are left out: /a//b is /a/b, another page or object of the same
# server; the paths of s3: keep theirs, although the bucket is written in small letters. The fragment, which says
# nothing of the resource, and the order of the parameters, which is what most want to be normal, stay. An address
# without a scheme gets https, also one at port 80, where nothing answers to that.
# Seen: http://example.com/lake//day.csv -> http://example.com/lake/day.csv; example.com:80/a ->
# https://example.com:80/a
#
# Most would guess: the path stays, as a//b is another path than a/b; and http at port 80.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check url-normalize==3.1.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from url_normalize import url_normalize

urls = (
    "http://example.com/lake//day.csv",
    "s3://Lake/raw//day.csv",
    "example.com:80/a",
    "http://example.com/?b=2&a=1#top",
)
seen = [url_normalize(url) for url in urls]
print(seen)
assert seen == [
    "http://example.com/lake/day.csv",
    "s3://lake/raw//day.csv",
    "https://example.com:80/a",
    "http://example.com/?b=2&a=1#top",
], seen
print("held: two pages are one")
PYTHON
