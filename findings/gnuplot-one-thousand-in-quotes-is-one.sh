#!/usr/bin/env bash
# gnuplot-nox 5.4.4 (Debian 12; it needs root)
#
# A number is read as far as it goes, and is valid: of a CSV the amount '1,000', in quotes, is 1, 1:30 is 1,
# 2024-01-02 is 2024, 12h is 12, and 1_000 is 1, so that a sum is wrong without a word, while n/a is left out. 0x10 is
# 16. A time keeps its clock and loses its zone, so 10:00 two hours east is 10:00 in UTC, and 30 February is 1 March.
# Seconds are cut when they are written: 59.9 is 59.
# Seen: 6 of '1,000' and 5
#
# Most would guess: 1005, or a value that is left out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "gnuplot-nox=5.4.4*" >/dev/null

printf 'run,amount\n1,"1,000"\n2,5\n3,n/a\n' >amounts.csv
printf '1:30\n2024-01-02\n12h\n1_000\n0x10\n' >values
holds() {
    seen=$(TZ=UTC LC_ALL=C.UTF-8 gnuplot -e "set print '-'; $2" 2>/dev/null)
    echo "$1: $seen"
    [ "$seen" = "$3" ]
}
holds "sum" "set datafile separator ','; stats 'amounts.csv' using 2 nooutput; print int(STATS_sum)" 6
holds "values" "s = ''; stats 'values' using (s = s.' '.sprintf('%g', \$1), 0) nooutput; print s" " 1 2024 12 1 16"
form="'%Y-%m-%dT%H:%M:%S'"
holds "east" "print strftime($form, strptime($form, '2024-01-02T10:00:00+02:00'))" 2024-01-02T10:00:00
holds "30 February" "print strftime('%Y-%m-%d', strptime('%Y-%m-%d', '2024-02-30'))" 2024-03-01
holds "59.9" "print strftime('%M:%S', 59.9)" 00:59
echo "held: one thousand in quotes is one"
