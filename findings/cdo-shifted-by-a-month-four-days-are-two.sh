#!/usr/bin/env bash
# cdo 2.1.1-1, netcdf-bin 1:4.9.0-3 (Debian 12; it needs root)
#
# Four days, from 30 January to 2 February 2024, are two when they are shifted by a month: 1 March, 2 March, 1 March and
# 2 March, in this order. The same days that are set by a step of a month end at the end of each month. A shift by
# 1.5hours is one of two hours, and 1.5days are two days. A time axis may begin on 2024-13-31, which is shown as it is.
# Seen: 2024-03-01 2024-03-02 2024-03-01 2024-03-02
#
# Most would guess: 29 February for what has no such day, as for settaxis, and an hour and a half or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends \
  "cdo=2.1.1-1*" "netcdf-bin=1:4.9.0-3*" >/dev/null

cat >days.cdl <<'CDL'
netcdf days {
dimensions: time = UNLIMITED;
variables: double time(time); time:units = "days since 2024-01-30"; time:calendar = "standard"; double level(time);
data: time = 0, 1, 2, 3; level = 1, 2, 3, 4;
}
CDL
ncgen -o days.nc days.cdl
times() { cdo -s "$@" shifted.nc 2>/dev/null && cdo -s showtimestamp shifted.nc 2>/dev/null | xargs; }

month=$(times shifttime,1month days.nc | sed 's/T00:00:00//g')
axis=$(times settaxis,2024-01-31,00:00,1month days.nc | sed 's/T00:00:00//g')
hours=$(times shifttime,1.5hours -seltimestep,1 days.nc)
days=$(times shifttime,1.5days -seltimestep,1 days.nc)
thirteenth=$(times settaxis,2024-13-31,12:00,1day -seltimestep,1 days.nc)
echo "$month; $axis; $hours $days; $thirteenth"
test "$month" = "2024-03-01 2024-03-02 2024-03-01 2024-03-02"
test "$axis" = "2024-01-31 2024-02-29 2024-03-31 2024-04-30"
test "$hours $days" = "2024-01-30T02:00:00 2024-02-01T00:00:00"
test "$thirteenth" = "2024-13-31T12:00:00"
echo "held: four days are two after a shift by a month"
