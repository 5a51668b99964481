#!/usr/bin/env bash
# postgresql-15-unit 7.7-1, PostgreSQL 15 (Debian 12)
#
# A column with units. The unit h is Planck's constant, and the sum of 1 h and 2 h is 1.987821045e-33 m^2*kg/s,
# without an error; kWh and the unit hour are right. So 1 h 30 min, which is a product as all that stands side by
# side, is 1.192692627e-30 m^2*kg, and 1 ft 6 in is an area. 1 mb is a millibar, 5 dB are a half of a byte, 1/2 m is a
# half per metre, and 20 °C and 5 °C are 571.3 K.
# Seen: 1.987821045e-33 m^2*kg/s of 1 h and 2 h
#
# Most would guess: three hours, an hour and a half, a foot and a half, and 25 °C.
set -eu
folder=$(mktemp -d)
cd "$folder"
programs=$folder/usr/lib/postgresql/15/bin
user=()
if [ "$(id --user)" = 0 ]; then user=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
trap '"${user[@]}" "$programs/pg_ctl" --pgdata="$folder/data" --mode=immediate stop >/dev/null; rm -rf "$folder"' EXIT
[ -x /usr/lib/postgresql/15/bin/postgres ] ||
    apt-get install --yes --quiet=2 --no-install-recommends postgresql-15
cp --recursive --parents /usr/lib/postgresql/15 /usr/share/postgresql/15 .
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-unit=7.7-1"
for package in *.deb; do dpkg --extract "$package" .; done
sed --in-place "s#/usr/share/postgresql#$folder/usr/share/postgresql#" usr/share/postgresql/15/extension/unit--*.sql
mkdir data
chmod 755 .
if [ "$(id --user)" = 0 ]; then chown 65534:65534 data; fi
export LC_ALL=C.UTF-8 TZ=UTC
"${user[@]}" "$programs/initdb" --pgdata=data --username=postgres --encoding=UTF8 --auth=trust --no-sync >/dev/null
"${user[@]}" "$programs/pg_ctl" --pgdata=data --log=data/log --wait \
    --options="-k $folder/data -h '' -c timezone=UTC" start >/dev/null

run() { "$programs/psql" --host="$folder/data" --username=postgres --no-psqlrc --quiet --no-align --tuples-only \
    --pset=null=null --set=ON_ERROR_STOP=1 --command="$1" postgres; }
holds() {
    seen=$(run "SELECT $2")
    echo "$1: $seen"
    [ "$seen" = "$3" ]
}
run "CREATE EXTENSION unit"
holds "1 h and 2 h" "sum(took) FROM (VALUES ('1 h'::unit), ('2 h')) AS runs(took)" "1.987821045e-33 m^2*kg/s"
holds "1 hour and 2 hour" "sum(took) FROM (VALUES ('1 hour'::unit), ('2 hour')) AS runs(took)" "03:00:00 s"
holds "3 kWh" "'3 kWh'::unit" "10.8 MJ"
holds "1 h 30 min" "'1 h 30 min'::unit" "1.192692627e-30 m^2*kg"
holds "1 ft 6 in" "'1 ft 6 in'::unit" "0.04645152 m^2"
holds "1 mb" "'1 mb'::unit" "100 Pa"
holds "5 dB" "'5 dB'::unit" "500 mB"
holds "1/2 m" "'1/2 m'::unit" "0.5 m^-1"
holds "20 and 5 degrees" "'20 °C'::unit + '5 °C'::unit" "571.3 K"
echo "held: an hour is Planck's constant"
