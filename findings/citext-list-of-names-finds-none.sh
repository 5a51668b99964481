#!/usr/bin/env bash
# citext of PostgreSQL 15 (Debian 12)
#
# A column whose texts are equal whatever their case. name IN ('ANN', 'BOB') finds Ann, and name = ANY(ARRAY['ANN',
# 'BOB']), as drivers pass a list, does not, nor name IN (SELECT 'ANN'), nor a parameter of type text, nor a join with
# a column of text. A function takes the column for an ordinary text: left(name, 3) = 'ANN' and trim(name) = 'ANN' are
# false, and so two names that are one are two behind DISTINCT trim(name).
# Seen: 1 by IN ('ANN', 'BOB') and 0 by ANY(ARRAY['ANN', 'BOB'])
#
# Most would guess: 1 by each.
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
run "CREATE EXTENSION citext"
run "CREATE TABLE users (name citext); INSERT INTO users VALUES ('Ann')"
holds "a list" "count(*) FROM users WHERE name IN ('ANN', 'BOB')" 1
holds "an array" "count(*) FROM users WHERE name = ANY(ARRAY['ANN', 'BOB'])" 0
holds "a query" "count(*) FROM users WHERE name IN (SELECT 'ANN')" 0
holds "a join" "count(*) FROM users JOIN (VALUES ('ANN')) AS others(other) ON name = other" 0
seen=$(run "PREPARE one(text) AS SELECT count(*) FROM users WHERE name = \$1; EXECUTE one('ANN')")
echo "a parameter: $seen"
[ "$seen" = 0 ]
holds "its first three letters" "count(*) FROM users WHERE left(name, 3) = 'ANN'" 0
holds "trimmed" "count(*) FROM users WHERE trim(name) = 'ANN'" 0
names="FROM (VALUES ('ann'::citext), ('ANN')) AS names(name)"
holds "names" "count(DISTINCT name) $names" 1
holds "trimmed names" "count(DISTINCT trim(name)) $names" 2
echo "held: a list of names finds none"
