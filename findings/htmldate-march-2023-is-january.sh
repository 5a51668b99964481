#!/usr/bin/env bash
# htmldate 1.11.0
#
# The date of a page. "March 2023" is 1 January 2023, in a text and in a meta tag, where 2023-03 and 03/2023 are 1 March
# and 5 March 2023 is right. A page of "Fiscal year 2022/23" is of 1 January 2022, and one with a link to another page,
# /2019/01/02/, of 2 January 2019. 3/5/2023 is 3 May, and 5/13/2023 is 13 May.
# Seen: 2023-01-01 of "Published March 2023"
#
# Most would guess: 1 March 2023, or no date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check htmldate==1.11.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import htmldate

EXPECTED = {
    "<p>Published March 2023</p>": "2023-01-01",
    "<p>Updated: March 2023</p>": "2023-01-01",
    "<p>Published: 5 March 2023</p>": "2023-03-05",
    "<p>03/2023</p>": "2023-03-01",
    "<p>Fiscal year 2022/23</p>": "2022-01-01",
    '<a href="/2019/01/02/old.html">before</a>': "2019-01-02",
    "<p>3/5/2023</p>": "2023-05-03",
    "<p>5/13/2023</p>": "2023-05-13",
}
PAGE = "<html><head>{}</head><body><p>Some text of a page</p>{}</body></html>"
for text, expected in EXPECTED.items():
    seen = htmldate.find_date(PAGE.format("", text))
    print(text, "->", seen)
    assert seen == expected, seen
META = '<meta name="date" content="{}">'
seen = [htmldate.find_date(PAGE.format(META.format(text), "")) for text in ("March 2023", "2023-03")]
print(seen)
assert seen == ["2023-01-01", "2023-03-01"], seen
print("held: March 2023 is January")
PYTHON
