#!/usr/bin/env bash
# nco 5.1.4-1, netcdf-bin 1:4.9.0-3 (Debian 12; it needs root)
#
# In ncap2 the mean of two readings of 30,000, stored in 16 bits, is -2768, their root mean square is 0, and the mean of
# 100 and 100 in 8 bits is -28: the sum that they are made of has the type of the readings. ncwa and ncra find 30,000.
# The number 3000000000 in an expression is -1294967296, int(2.9) is 3, and -2^2 is 4.
# Seen: -2768 of ncap2, 30000 of ncwa
#
# Most would guess: the mean of a tool lies between its readings, and is the same by each of its commands.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends \
  "nco=5.1.4-1*" "netcdf-bin=1:4.9.0-3*" >/dev/null

cat >readings.cdl <<'CDL'
netcdf readings {
dimensions: time = 2;
variables: short height(time); byte count(time);
data: height = 30000, 30000; count = 100, 100;
}
CDL
ncgen -o readings.nc readings.cdl
value() { ncdump "$1" | sed -n '/^data:/,$p' | sed -n "s/^ $2 = \(.*\) ;/\1/p"; }
computed() { ncap2 -O -v -s "result = $1;" readings.nc result.nc && value result.nc result; }

ncwa -O -v height readings.nc mean.nc
whole=$(value mean.nc height)
mean=$(computed 'height.avg()')
square=$(computed 'height.rms()')
count=$(computed 'count.avg()')
number=$(computed 3000000000)
cut=$(computed 'int(2.9)')
power=$(computed '-2^2')
echo "ncwa $whole, ncap2 $mean, $square, $count; $number $cut $power"
test "$whole" = 30000
test "$mean $square $count" = "-2768 0 -28"
test "$number $cut $power" = "-1294967296 3 4"
echo "held: the mean of 30,000 and 30,000 is -2768"
