#!/usr/bin/env bash
# postgresql-15-orafce 4.1.1-1, PostgreSQL 15 (Debian 12)
#
# round() of a time, as Oracle has it, keeps the fraction of the second: 11:59:59.9, rounded to a day, is 00:00:00.9,
# to an hour 12:00:00.9 and to a minute 12:00:00.9. So times that are rounded are not equal to their day, and three of
# one day are three groups, while trunc() is right. The format RR of to_date() is ignored: 02-JAN-24 by DD-MON-RR is 2
# January of the year 1 before Christ, also in oracle.to_date().
# Seen: 2024-01-31 00:00:00.9 as a day
#
# Most would guess: 2024-01-31 00:00:00, one group, and 2 January 2024.
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
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-orafce=4.1.1-1"
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
run "CREATE EXTENSION orafce"
holds "day" "oracle.round(TIMESTAMP '2024-01-31 11:59:59.9', 'DD')" "2024-01-31 00:00:00.9"
holds "hour" "oracle.round(TIMESTAMP '2024-01-31 11:59:59.9', 'HH24')" "2024-01-31 12:00:00.9"
holds "minute" "oracle.round(TIMESTAMP '2024-01-31 11:59:59.9', 'MI')" "2024-01-31 12:00:00.9"
holds "cut" "oracle.trunc(TIMESTAMP '2024-01-31 11:59:59.9', 'DD')" "2024-01-31 00:00:00"
holds "days" "count(DISTINCT oracle.round(t, 'DD')) FROM (VALUES (TIMESTAMP '2024-01-31 10:00:00.1'),
    ('2024-01-31 10:00:00.2'), ('2024-01-31 10:00:00.3')) AS times(t)" 3
holds "RR" "oracle.to_date('02-JAN-24', 'DD-MON-RR')" "0001-01-02 00:00:00 BC"
holds "YY" "oracle.to_date('02-JAN-24', 'DD-MON-YY')" "2024-01-02 00:00:00"
echo "held: a day has a fraction of a second"
