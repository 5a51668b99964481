#!/usr/bin/env bash
# gnumeric 1.12.55-1 (Debian 12; it needs root)
#
# In Gnumeric the sum of "5" and 1 is 1 and the maximum of "10" and 9 is 9, while "5" + 1 is 6; in Excel they are 6 and
# 10, as a text that is an argument of a function is taken as a number there. For SUMPRODUCT the text in a list counts,
# so 2 * "4" is 8, where it is 0 in Excel. The text "1/2" plus 0 is 2 January of the current year, in days.
# Seen: 1, 9, 6 and 11
#
# Most would guess: the same sheet has the same sums in both, and a text is a number for all functions or for none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends \
  "gnumeric=1.12.55-1*" >/dev/null

cat >sheet.csv <<'CSV'
"=SUM(""5"",1)"
"=MAX(""10"",9)"
"=""5""+1"
"=SUMPRODUCT({1,2},{3,""4""})"
CSV
LC_ALL=C ssconvert sheet.csv computed.csv >/dev/null 2>&1
seen=$(paste -sd ' ' <computed.csv)
echo "$seen"
test "$seen" = "1 9 6 11"
echo "held: the sum of 5 as a text and 1 is 1, and of their products 11"
