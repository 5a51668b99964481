#!/usr/bin/env bash
# gmt 6.4.0 (Debian 12)
#
# `gmt sample1d` gives readings at even times, by the method of Akima if none is named. One missing reading makes those
# before it missing, which are there at the same times, and those behind it as well if they are fewer than three; by a
# straight line the missing one alone is. A second column that has all its values keeps them. A value beyond a gap is
# 7.6, where the readings around it are 4 and 5.
# Seen: 0, 1, missing, 3, 4, 5 at their own times -> missing, missing, missing, 3, 4, 5; with -Fl: 0, 1, missing, 3, 4,
# 5
#
# Most would guess: the readings as they are, as it is asked for them at their own times.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "gmt=6.4.0*" >/dev/null

printf '0 0\n1 1\n2 NaN\n3 3\n4 4\n5 5\n' >rows
of() { gmt sample1d rows -T1 "$@" | cut -f 2 | xargs; }
seen="$(of); $(of -Fl)"
gap=$(printf '0 0\n1 1\n2 4\n10 5\n' | gmt sample1d -T2 | cut -f 2 | cut -c 1-3 | xargs)
echo "$seen; $gap"
test "$seen" = "NaN NaN NaN 3 4 5; 0 1 NaN 3 4 5"
test "$gap" = "0 4 6.6 7.6 7.0 5"
echo "held: the readings before a missing one are missing"
