#!/usr/bin/env bash
# cdflib 1.3.16, numpy 2.4.6
#
# Times of data from space missions. As datetime64 a time beyond 2262 or before 1677 is another one, without an error:
# 1 January 2300, the end of a range of validity, is of 1715, the year 1600 is 2184, and 1 January of the year 1 is 30
# August 1754. As a text and as a list of its parts it is right. The 30 February is 1 March. A leap second is the
# second after it as datetime64 and as Unix time, and itself as a text.
# Seen: 1715-06-13T00:25:26.290448384 of the year 2300
#
# Most would guess: the year 2300, as by the text, or NaT.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cdflib==1.3.16 numpy==2.4.6

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from cdflib import cdfepoch


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert str(seen) == expected, text


def both(parts):
    epoch = cdfepoch.compute(parts)
    return f"{cdfepoch.encode(epoch)[:19]} {str(cdfepoch.to_datetime(epoch)[0])[:19]}"


holds("2024", both([2024, 1, 2, 3, 4, 5, 678]), "2024-01-02T03:04:05 2024-01-02T03:04:05")
holds("2300", both([2300, 1, 1, 0, 0, 0, 0]), "2300-01-01T00:00:00 1715-06-13T00:25:26")
holds("1600", both([1600, 1, 1, 0, 0, 0, 0]), "1600-01-01T00:00:00 2184-07-20T23:34:33")
holds("1", both([1, 1, 1, 0, 0, 0, 0]), "0001-01-01T00:00:00 1754-08-30T22:43:41")
holds("30 February", both([2024, 2, 30, 0, 0, 0, 0]), "2024-03-01T00:00:00 2024-03-01T00:00:00")
leap = [2016, 12, 31, 23, 59, 60, 500, 0, 0]
holds("leap second", both(leap), "2016-12-31T23:59:60 2017-01-01T00:00:00")
holds("in Unix time", cdfepoch.unixtime(cdfepoch.compute(leap)), "1483228800.5")
print("held: the year 2300 is 1715")
PYTHON
