#!/usr/bin/env bash
# pg_trgm and fuzzystrmatch of PostgreSQL 15 (Debian 12)
#
# How alike two texts are, by groups of three letters without signs and by words in any order: -5 and 5 are equal, 1,
# as are 1.5 and 5.1, C++ and C, and ab ab ab and ab. A text of signs only is not like itself, 0, so --- % --- is
# false and a search for it does not find it. By difference(), from 0 to 4, any two numbers are as alike as can be, 4,
# since their code is empty.
# Seen: 1 of -5 and 5, 0 of --- and ---
#
# Most would guess: less than 1, and 1 of a text and itself.
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
run "CREATE EXTENSION pg_trgm; CREATE EXTENSION fuzzystrmatch"
holds "-5 and 5" "similarity('-5', '5')" 1
holds "1.5 and 5.1" "similarity('1.5', '5.1')" 1
holds "C++ and C" "similarity('C++', 'C')" 1
holds "a word three times" "similarity('ab ab ab', 'ab')" 1
holds "signs" "similarity('---', '---')" 0
holds "found" "'---' % '---'" f
holds "42 and 17" "difference('42', '17')" 4
holds "Anne and Margaret" "difference('Anne', 'Margaret')" 0
echo "held: minus five is as like five as itself"
