#!/usr/bin/env bash
# gpsbabel 1.8.0 (Debian 12; it needs root)
#
# A place at sea level, 0 m, has no height any more in GeoJSON, nor after it was written as KML and read again, and a
# place whose height is missing is at 0 m in NMEA and IGC. A place where the equator meets the meridian of Greenwich has
# no position in the format of Garmin's Training Center. In GPX and its own CSV all three stay as they are.
# Seen: [13.4, 52.5] of a height of 0; 0.000,M of a height that is missing
#
# Most would guess: 0 m is a height, and what is missing is missing in each format that can say so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends \
  "gpsbabel=1.8.0*" >/dev/null

cat >places.csv <<'CSV'
lat,lon,alt,date,time
52.5,13.4,0,2024/01/15,12:00:00
52.6,13.4,,2024/01/15,12:01:00
0,0,7,2024/01/15,12:02:00
CSV
converted() { gpsbabel -t -i unicsv -f places.csv -o "$1" -F -; }

sea=$(gpsbabel -i unicsv -f places.csv -o geojson,compact -F - | grep -o '"coordinates":\[13.4,52.5[^]]*\]')
converted kml >places.kml
again=$(gpsbabel -t -i kml -f places.kml -o unicsv -F - | sed -n 2p | tr -d '\r')
missing=$(converted nmea | grep GPGGA | sed -n 2p | cut -d, -f10,11)
glider=$(converted igc | grep -a ^B | sed -n 2p | cut -c31-35)
positions=$(converted gtrnctr | grep -c '<Position>')
heights=$(gpsbabel -i unicsv -f places.csv -o gpx -F - | grep -o '<ele>.*</ele>' | paste -sd ' ')
echo "$sea; $again; $missing; $glider; $positions positions of 3; $heights"
test "$sea" = '"coordinates":[13.4,52.5]'
test "$again" = "1,52.500000,13.400000,"
test "$missing" = "0.000,M"
test "$glider" = "00000"
test "$positions" = 2
test "$heights" = "<ele>0.000</ele> <ele>7.000</ele>"
echo "held: a height of 0 m is missing in GeoJSON, and a missing one is 0 m in NMEA"
