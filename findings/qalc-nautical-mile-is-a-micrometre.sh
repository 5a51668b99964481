#!/usr/bin/env bash
# qalc 4.5.1-1 (Debian 12; it needs root)
#
# A nautical mile in metres is 0.000001609, as nmi is read as a billionth of a mile; 5 mins are 300 square seconds, and
# 100 Mbps in MB/s are seconds times barns. 3 pm are picometres. A month after 31 January 2024 is 2 March, as is a month
# before 31 March, and a year after 1 January 2024 has 1.0014 years. None of it has a warning.
# Seen: 0.000001609344 m of 1 nmi; 300 s² of 5 mins
#
# Most would guess: 1852 m, 300 s and 12.5 MB/s, or an error, and 29 February.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends \
  "qalc=4.5.1-1*" >/dev/null

value() { LC_ALL=C.UTF-8 HOME=$folder qalc -t "$1" 2>&1 | tr -d '"'; }
mile=$(value '1 nmi to m')
minutes=$(value '5 mins')
speed=$(value '100 Mbps to MB/s')
after=$(value '"2024-01-31" + 1 month')
before=$(value '"2024-03-31" - 1 month')
year=$(value 'yearfrac("2024-01-01", "2025-01-01")')
echo "$mile; $minutes; $speed; $after $before; $year"
test "$mile" = "0.000001609344 m"
test "$minutes" = "300 s²"
test "$speed" = "0.0001 s·b"
test "$after $before" = "2024-03-02 2024-03-02"
test "$year" = "1.001367989"
echo "held: a nautical mile is less than two thousandths of a millimetre"
