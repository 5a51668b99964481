#!/usr/bin/env bash
# spatialite-bin 5.0.1-2 (Debian 12)
#
# `CastToInteger()` of SpatiaLite rounds a number up where its fraction is a half, and then goes one up where the
# number is negative: -1.5 is 0, -10.2 is -9 and -2.7 is -2, while 10.2 is 10 and -5.0 is -5. SQLite's own CAST cuts to
# -10. A place as a text has six digits behind the point, so one of 0.00000049 is at 0, where its GeoJSON has all.
# Seen: CastToInteger: -1.5 -> 0, -10.2 -> -9, -2.7 -> -2, 10.2 -> 10, 2.5 -> 3; CAST: -10
#
# Most would guess: -2 or -1, and -10, which are the nearest.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "spatialite-bin=5.0.1*" >/dev/null

cat >query.sql <<'SQL'
SELECT 'cast', CastToInteger(-1.5), CastToInteger(-10.2), CastToInteger(-2.7), CastToInteger(10.2), CastToInteger(2.5);
SELECT 'text', CastToInteger('-10.2'), CastToInteger(-5.0), CAST(-10.2 AS INTEGER);
SELECT 'place', AsText(MakePoint(0.00000049, 1)), AsGeoJSON(MakePoint(0.00000049, 1)) LIKE '%0.00000049%';
SQL
seen=$(spatialite -silent :memory: <query.sql 2>/dev/null | grep '|' | xargs)
echo "$seen"
test "$seen" = "cast|0|-9|-2|10|3 text|-9|-5|-10 place|POINT(0 1)|1"
echo "held: -1.5 is 0"
