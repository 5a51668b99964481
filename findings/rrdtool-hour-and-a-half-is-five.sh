#!/usr/bin/env bash
# rrdtool 1.7.2-4 (Debian 12; it needs root)
#
# A time of rrdtool may have an offset. One of +1.5h is five hours and a second, and one of +0.5d five days, as the
# point only ends a number and the number before it is one of seconds. +5m is five months, and +6m six minutes. "Jan
# 2024" is day 2024 of this January, years from now, and a month after 31 January is 2 March.
# Seen: 2024-01-01 05:00:01 of "20240101 00:00 +1.5h"
#
# Most would guess: 01:30, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
apt-get install --yes --quiet=2 --no-install-recommends "rrdtool=1.7.2-4*" >/dev/null

rrdtool create load.rrd --start 999999999 --step 60 DS:load:GAUGE:120:U:U RRA:AVERAGE:0.5:1:5
holds() { # TIME EXPECTED
  seconds=$(rrdtool graphv /dev/null --start "$1" --end 20500101 DEF:x=load.rrd:load:AVERAGE LINE:x |
    sed -n 's/^graph_start = //p')
  seen=$(date --utc --date "@$seconds" "+%F %T")
  echo "$1: $seen"
  case $seen in $2) ;; *) exit 1 ;; esac
}
holds "20240101 00:00 +1h30min" "2024-01-01 01:30:00"
holds "20240101 00:00 +1.5h" "2024-01-01 05:00:01"
holds "20240101 00:00 -1.5h" "2023-12-31 18:59:59"
holds "20240101 00:00 +0.5d" "2024-01-06 00:00:00"
holds "20240101 00:00 +5m" "2024-06-01 00:00:00"
holds "20240101 00:00 +6m" "2024-01-01 00:06:00"
holds "20240131 00:00 +1month" "2024-03-02 00:00:00"
holds "20240230" "2024-03-01 00:00:00"
holds "Jan 2024" "20[3-9]*-07-1* *"
echo "held: an hour and a half is five hours"
