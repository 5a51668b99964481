#!/usr/bin/env bash
# cube and seg of PostgreSQL 15 (Debian 12)
#
# The part that two boxes have in common. Where they have none, cube_inter() is the gap between them, as a box: for
# boxes from (0,0) to (1,1) and from (2,2) to (3,3), which && says do not overlap, it has a size of 1, and the farther
# apart they are the more: for (9,9) to (10,10) it is 64. seg_inter() of 1 to 2 and 5 to 6 is 5 .. 2, which cannot be
# read as a text, with a length of 3.
# Seen: an overlap of 1, and of 64
#
# Most would guess: 0, or a missing value.
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
run "CREATE EXTENSION cube; CREATE EXTENSION seg"
holds "near" "cube_size(cube_inter('(0,0),(1,1)', '(2,2),(3,3)'))" 1
holds "far" "cube_size(cube_inter('(0,0),(1,1)', '(9,9),(10,10)'))" 64
holds "overlap" "'(0,0),(1,1)'::cube && '(2,2),(3,3)'::cube" f
holds "an overlap of 1" "cube_size(cube_inter('(0,0),(2,2)', '(1,1),(3,3)'))" 1
holds "segments" "seg_inter('1 .. 2', '5 .. 6')" "5 .. 2"
holds "length" "seg_size(seg_inter('1 .. 2', '5 .. 6'))" 3
if run "SELECT '5 .. 2'::seg" 2>/dev/null; then exit 1; fi
echo "held: boxes that are apart have an overlap"
