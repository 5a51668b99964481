#!/usr/bin/env bash
# gdal-bin 3.6.2 (Debian 12; it needs root)
#
# The same filter of ogr2ogr finds other rows in a CSV than in the GeoPackage that was made of it. In the CSV what is
# missing is "not in (3)", and not "<> 3"; abc is equal to ABC and not above B. In the GeoPackage it is as in SQL. The
# sum of integers of 64 bits in OGR's own dialect is one of floats: it is short by one.
# Seen: 1 2 4 5 by "v not in (3)" and 1 2 by "name = 'abc'" in the CSV, 1 4 5 and 1 in the GeoPackage
#
# Most would guess: the same rows, as the option and the program are the same.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "gdal-bin=3.6.2*" >/dev/null

cat >runs.csv <<'CSV'
id,name,v,hash
1,abc,10,9007199254740993
2,ABC,,9007199254740992
3,a_c,3,1
4,B,7,3
5,10,-7,
CSV
ogr2ogr runs.gpkg runs.csv -oo AUTODETECT_TYPE=YES -nln runs
holds() { # FILTER IN_CSV IN_GEOPACKAGE
  csv=$(ogr2ogr -f CSV /vsistdout/ runs.csv -oo AUTODETECT_TYPE=YES -select id -where "$1" | tr -dc '0-9\n' | xargs)
  geopackage=$(ogr2ogr -f CSV /vsistdout/ runs.gpkg -select id -where "$1" | tr -dc '0-9\n' | xargs)
  echo "$1: $csv and $geopackage"
  test "$csv" = "$2"
  test "$geopackage" = "$3"
}
holds "v not in (3)" "1 2 4 5" "1 4 5"
holds "not (v = 3)" "1 2 4 5" "1 4 5"
holds "v <> 3" "1 4 5" "1 4 5"
holds "name = 'abc'" "1 2" "1"
holds "name > 'B'" "" "1 3"

sum() { ogr2ogr -f CSV /vsistdout/ "$@" | tr -dc '0-9'; }
own=$(sum runs.csv -oo AUTODETECT_TYPE=YES -sql "select sum(hash) as s from runs")
sql=$(sum runs.csv -oo AUTODETECT_TYPE=YES -dialect SQLITE -sql "select sum(hash) as s from runs")
echo "sums: $own $sql"
test "$own $sql" = "18014398509481988 18014398509481989"
echo "held: one filter finds other rows by the format"
