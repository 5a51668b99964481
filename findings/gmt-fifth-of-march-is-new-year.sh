#!/usr/bin/env bash
# gmt 6.4.0 (Debian 12)
#
# A table that GMT reads may have times in ISO 8601, angles in degrees and minutes, and lengths with a unit. A day with
# slashes is taken as well, without a warning: 2024/03/05 is the first day of 2024, and 5/3/2024 that of the year 5. A
# length of 5m is not five metres but five minutes of arc in kilometres, 9.27, and 300s is 9.27, too. A longitude with
# both a minus and a W is in the east, and day 65 of a year, 2024-065T, is 1 June.
# Seen: 2024/03/05 -> 2024-01-01T00:00:00, 5/3/2024 -> 0005-01-01T00:00:00, 5m -> 9.27, -13.4W -> 13.4, 2024-03-05 ->
# 2024-03-05
#
# Most would guess: 5 March, 5 and -13.4, or rows that are left out with a warning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "gmt=6.4.0*" >/dev/null

of() { echo "$1 1" | gmt convert 2>/dev/null | cut -f 1; }
seen="$(of 2024-03-05) $(of 2024/03/05) $(of 5/3/2024) $(of 5m | cut -c 1-4) $(of 300s | cut -c 1-4) $(of -13.4W) $(of 2024-065T)"
echo "$seen"
test "$seen" = "2024-03-05T00:00:00 2024-01-01T00:00:00 0005-01-01T00:00:00 9.26 9.26 13.4 2024-06-01T00:00:00"
echo "held: 2024/03/05 is 1 January"
