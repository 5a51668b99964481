#!/usr/bin/env bash
# xml2 of PostgreSQL 15 (Debian 12)
#
# xpath_table() makes a table of the values of several paths, each counted for itself: of the runs a, b and c, of
# which b and c have an error, the first two rows are a with the error of b, and b with that of c. xpath_number()
# gives a float of 32 bits: the number 20240101 is 20240100, and 123456789.12 is 1.2345679e+08. xpath_bool() of an
# element with the text false is true, as it only asks whether there is one.
# Seen: a|disk full, b|no network and c|null
#
# Most would guess: a|null, b|disk full and c|no network, and 20240101.
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
run "CREATE EXTENSION xml2"
run "CREATE TABLE logs (id int PRIMARY KEY, log text)"
run "INSERT INTO logs VALUES (1, '<runs><run><name>a</name></run>
    <run><name>b</name><error>disk full</error></run><run><name>c</name><error>no network</error></run></runs>')"
holds "runs" "string_agg(name || ':' || coalesce(error, 'none'), ', ')
    FROM xpath_table('id', 'log', 'logs', '/runs/run/name|/runs/run/error', 'true')
    AS runs(id int, name text, error text)" "a:disk full, b:no network, c:none"
holds "day" "xpath_number('<r><day>20240101</day></r>', '/r/day')::int" 20240100
holds "amount" "xpath_number('<r><v>123456789.12</v></r>', '/r/v')" 1.2345679e+08
holds "false" "xpath_bool('<r><v>false</v></r>', '/r/v')" t
echo "held: a run has the error of the next one"
