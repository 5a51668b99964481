#!/usr/bin/env bash
# hstore of PostgreSQL 15 (Debian 12)
#
# hstore_to_json_loose() writes numbers and booleans without quotes. The letters t and f are booleans, so of the sizes
# or the genders f and m one is false and one the text m; true and false are texts. A commit as 7e5 is the number 7e5,
# and 700000 by hstore_to_jsonb_loose(), while 007, .5 and +1 stay texts.
# Seen: {"a": false, "b": "m", "c": "true"}
#
# Most would guess: f and true as they are, or true as a boolean and f as a text.
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
run "CREATE EXTENSION hstore"
holds "letters" "hstore_to_json_loose('a=>f, b=>m, c=>true')" '{"a": false, "b": "m", "c": "true"}'
holds "commit" "hstore_to_jsonb_loose('a=>7e5, b=>7f5')" '{"a": 700000, "b": "7f5"}'
holds "numbers" "hstore_to_json_loose('a=>007, b=>.5, c=>+1, d=>-1')" '{"a": "007", "b": ".5", "c": "+1", "d": -1}'
echo "held: the letter f is false"
