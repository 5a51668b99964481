#!/usr/bin/env bash
# pspp 1.6.2-2 (Debian 12)
#
# PSPP reads a number with a sign in its midst as one with an exponent, as Fortran did: the month 2024-01 of a CSV is
# 202.4, the range 1-5 is a hundred-thousandth, and 5+2 is 500, without a warning, where n/a has one and is missing. A
# day of February that there is none is one of March, by files and by `DATE.MDY()`, of which month 13 is January of the
# next year. The text 12 by the format F8.2 is 0.12.
# Seen: 2024-01 -> 202.400000, 1-5 -> 0.000010, 5+2 -> 500.00, 2024-02-30 -> 2024/03/01, DATE.MDY(13,1,2024) ->
# 2025/01/01
#
# Most would guess: missing, with a warning, as for other texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "pspp=1.6.2*" >/dev/null

cat >rows.csv <<'CSV'
2024-01,2024-02-30
1-5,2024-04-31
5+2,2024-01-05
CSV
cat >rows.sps <<'SPS'
GET DATA /TYPE=TXT /FILE='rows.csv' /DELIMITERS=',' /FIRSTCASE=1 /VARIABLES=value F12.6 day SDATE10.
COMPUTE text = NUMBER('12', F8.2).
COMPUTE next = DATE.MDY(13, 1, 2024).
FORMATS next (SDATE10).
LIST.
SPS
pspp rows.sps >all
seen=$(grep -o '|[ 0-9./|]*|' all | tr -s '| ' ' ' | xargs)
echo "$seen"
if grep -q warning all; then exit 1; fi
test "$seen" = "202.400000 2024/03/01 .12 2025/01/01 .000010 2024/05/01 .12 2025/01/01 500.000000 2024/01/05 .12 2025/01/01"
echo "held: 2024-01 is 202.4"
