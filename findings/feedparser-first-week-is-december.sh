#!/usr/bin/env bash
# feedparser 6.0.14
#
# Dates of feeds, which are read without an error where they can be read at all. Of ISO 8601 the week 2024-W01-2 is 1
# December, as is 2024/01/02, the second day of the year, 2024-002, is 1 February, and 2024-01-02T030405Z is midnight.
# The Unix time 1704164645 is of June 1704. CET, JST and BST are UTC, where EST is not, and 3:04 PM is at 3. 31
# February is 2 March in one form and no date in the other.
# Seen: 2024-12-01 of 2024-W01-2, and 2024-02-01 of 2024-002
#
# Most would guess: 2 January for each of both, or None.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check feedparser==6.0.14

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import time

import feedparser

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><item><pubDate>{}</pubDate></item></channel></rss>"""


def holds(text, expected):
    parsed = feedparser.parse(FEED.format(text)).entries[0].published_parsed
    seen = parsed and time.strftime("%Y-%m-%d %H:%M:%S", parsed)
    print(f"{text}: {seen}")
    assert seen == expected, text


holds("2024-01-02", "2024-01-02 00:00:00")
holds("2024-W01-2", "2024-12-01 00:00:00")
holds("2024/01/02", "2024-12-01 00:00:00")
holds("2024-002", "2024-02-01 00:00:00")
holds("2024-01-02T03:04:05Z", "2024-01-02 03:04:05")
holds("2024-01-02T030405Z", "2024-01-02 00:00:00")
holds("20240102T030405Z", "2024-01-02 00:00:00")
holds("1704164645", "1704-06-12 00:00:00")
holds("Tue, 02 Jan 2024 03:04:05 EST", "2024-01-02 08:04:05")
holds("Tue, 02 Jan 2024 03:04:05 CET", "2024-01-02 03:04:05")
holds("Tue, 02 Jan 2024 03:04:05 JST", "2024-01-02 03:04:05")
holds("Tue, 02 Jan 2024 3:04:05 PM GMT", "2024-01-02 03:04:05")
holds("2024-02-31T00:00:00Z", "2024-03-02 00:00:00")
holds("Sat, 31 Feb 2024 00:00:00 GMT", None)
print("held: the first week of the year is in December")
PYTHON
