#!/usr/bin/env bash
# postgresql-15-hll 2.17-1, PostgreSQL 15 (Debian 12)
#
# Distinct counts as sketches. hll_hash_any() hashes a number by its type: the ids 1 to 1000 as integer in one table
# and as bigint in another are 1985 in the union of their sketches, and 979 where the columns are united first. The
# numerics 1.0, 1.00 and 1.000, which are equal and one to count(DISTINCT), are three, and so are an interval of a day
# and one of 24 hours two. A value that is added to a missing sketch is lost: the result is missing.
# Seen: 1985 of the ids 1 to 1000
#
# Most would guess: about 1000, as equal values have equal hashes.
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
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-hll=2.17-1*"
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
run "CREATE EXTENSION hll"
run "CREATE TABLE narrow AS SELECT id::integer FROM generate_series(1, 1000) AS id"
run "CREATE TABLE wide AS SELECT id::bigint FROM generate_series(1, 1000) AS id"
sketch="SELECT hll_add_agg(hll_hash_any(id)) FROM"
holds "union of sketches" "round(hll_cardinality(hll_union(($sketch narrow), ($sketch wide))))" 1985
holds "sketch of the union" "round(hll_cardinality(hll_add_agg(hll_hash_any(id)))) \
    FROM (TABLE narrow UNION ALL TABLE wide) AS both_tables" 979
ones="FROM (VALUES (1.0), (1.00), (1.000)) AS ones(one)"
holds "1.0, 1.00 and 1.000" "hll_cardinality(hll_add_agg(hll_hash_any(one))) $ones" 3
holds "of them distinct" "count(DISTINCT one) $ones" 1
days="FROM (VALUES (INTERVAL '1 day'), ('24 hours')) AS days(day)"
holds "a day and 24 hours" "hll_cardinality(hll_add_agg(hll_hash_any(day))) $days" 2
holds "of them distinct" "count(DISTINCT day) $days" 1
holds "added to a missing one" "hll_cardinality(hll_add(NULL, hll_hash_integer(1)))" null
echo "held: a thousand ids are 1985"
