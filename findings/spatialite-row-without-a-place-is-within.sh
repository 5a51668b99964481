#!/usr/bin/env bash
# spatialite-bin 5.0.1-2 (Debian 12)
#
# The predicates of SpatiaLite return 1, 0, or -1 where one geometry is missing or none. In SQL -1 is true: a query for
# the places within an area finds the rows without a place as well, and one for those that are apart from it finds them
# again, so that the parts have more rows than the whole. `PtDistWithin()` returns NULL, and finds none.
# Seen: of a place inside, one outside and one that is missing: within 2, apart 2, ST_Within(NULL, area) is -1
#
# Most would guess: 1 and 1, as what is missing is in no filter.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "spatialite-bin=5.0.1*" >/dev/null

cat >query.sql <<'SQL'
CREATE TABLE shops (name TEXT, place BLOB);
INSERT INTO shops VALUES ('in', MakePoint(1, 1)), ('out', MakePoint(9, 9)), ('unknown', NULL);
CREATE TABLE area AS SELECT GeomFromText('POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))') AS shape;
SELECT 'within', group_concat(name) FROM shops, area WHERE ST_Within(place, shape);
SELECT 'apart', group_concat(name) FROM shops, area WHERE ST_Disjoint(place, shape);
SELECT 'equal', group_concat(name) FROM shops WHERE ST_Equals(place, MakePoint(9, 9));
SELECT 'near', group_concat(name) FROM shops WHERE PtDistWithin(place, MakePoint(1, 1), 1);
SELECT 'value', ST_Within(NULL, shape) FROM area;
SQL
seen=$(spatialite -silent :memory: <query.sql 2>/dev/null | grep '|' | xargs)
echo "$seen"
test "$seen" = "within|in,unknown apart|out,unknown equal|out,unknown near|in value|-1"
echo "held: a row without a place is within the area"
