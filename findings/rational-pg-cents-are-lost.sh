#!/usr/bin/env bash
# postgresql-15-rational 0.0.2-5, PostgreSQL 15 (Debian 12)
#
# A float becomes an exact fraction of two integers of 32 bits, or the nearest that was found, without an error:
# 123456789.01 is 123456789, 1700000000.5 is 1700000001, 99999.99999 is 100000, and 1e-10 is 0. 12345678.91 and
# 20000000.5 are exact, and 3000000000 is an error. A numeric, the exact type of PostgreSQL, has no way to a fraction
# but over a float.
# Seen: 123456789/1 of 123456789.01
#
# Most would guess: 12345678901/100, or an error, as for 3000000000.
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
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-rational=0.0.2-5*"
for package in *.deb; do dpkg --extract "$package" .; done
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
run "CREATE EXTENSION pg_rational"
holds "12345678.91" "12345678.91::float8::rational" 1234567891/100
holds "123456789.01" "123456789.01::float8::rational" 123456789/1
holds "a half" "20000000.5::float8::rational" 40000001/2
holds "Unix time and a half" "1700000000.5::float8::rational" 1700000001/1
holds "99999.99999" "99999.99999::float8::rational" 100000/1
holds "1e-10" "1e-10::float8::rational" 0/1
if run "SELECT 3000000000::float8::rational" 2>/dev/null; then exit 1; fi
if run "SELECT 0.5::numeric::rational" 2>/dev/null; then exit 1; fi
echo "held: the cents of 123456789.01 are lost"
