#!/usr/bin/env bash
# gnumeric 1.12.55-1 (Debian 12; it needs root)
#
# ssconvert, the converter of Gnumeric, writes the releases of a CSV as days: 1.10.3 is 10 January 2003, 3.12.1 is 12
# March 2001, 1.2.29 is of 2029 and 1.2.30 of 1930. 2.0.0 and 0.9.1 stay, as there is no such day. 1/2 is 2 January of
# the current year, and a time in UTC, 2024-01-31T12:30:00Z, has lost its zone.
# Seen: 2003/01/10 of 1.10.3
#
# Most would guess: a text with two points is a text, as a day with points is written as 31.12.2024, which stays one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends \
  "gnumeric=1.12.55-1*" >/dev/null

printf '%s\n' 1.10.3 3.12.1 1.2.29 1.2.30 2.0.0 0.9.1 31.12.2024 2024-01-31T12:30:00Z >releases.csv
LC_ALL=C ssconvert releases.csv converted.csv >/dev/null 2>&1
seen=$(tr -d '"' <converted.csv | paste -sd ' ')
echo "$seen"
test "$seen" = "2003/01/10 2001/03/12 2029/01/02 1930/01/02 2.0.0 0.9.1 31.12.2024 2024/01/31 12:30:00"
echo "held: the release 1.10.3 is 10 January 2003"
