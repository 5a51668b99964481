#!/usr/bin/env bash
# postgresql-15-similarity 1.0-6, PostgreSQL 15 (Debian 12)
#
# Measures of how alike two texts are, with results that are documented to be from 0 to 1. By needlemanwunsch() a text
# and itself have -0.33, and abc and xyz, which share nothing, 1.83. By mongeelkan() hello world and itself have 25,
# and by smithwatermangotoh() hello and itself 2.5. lev() takes abc and ABC for equal, 1, and jaccard() for unlike, 0.
# Two empty texts are 1 by lev(), 0 by jaro() and NaN by jaccard().
# Seen: -0.33 of abc and abc, 1.83 of abc and xyz
#
# Most would guess: 1 and 0.
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
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-similarity=1.0-6*"
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
run "CREATE EXTENSION pg_similarity"
holds "abc and abc" "round(needlemanwunsch('abc', 'abc')::numeric, 2)" -0.33
holds "abc and xyz" "round(needlemanwunsch('abc', 'xyz')::numeric, 2)" 1.83
holds "hello world" "mongeelkan('hello world', 'hello world')" 25
holds "hello" "smithwatermangotoh('hello', 'hello')" 2.5
holds "lev of abc and ABC" "lev('abc', 'ABC')" 1
holds "jaccard of abc and ABC" "jaccard('abc', 'ABC')" 0
holds "lev of nothing" "lev('', '')" 1
holds "jaro of nothing" "jaro('', '')" 0
holds "jaccard of nothing" "jaccard('', '')" NaN
echo "held: abc is more like xyz than like itself"
