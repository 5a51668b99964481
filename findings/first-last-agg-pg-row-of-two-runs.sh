#!/usr/bin/env bash
# postgresql-15-first-last-agg 0.1.4, PostgreSQL 15 (Debian 12)
#
# The aggregates first() and last() leave out what is missing, each for its column. Of two runs of a job, of which the
# older failed with an error and the newer succeeded without one, the last status is success and the last error is
# that of the older run: one row that no run has had. The window function last_value() gives the missing value.
# Seen: success|disk full
#
# Most would guess: success and a missing error.
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
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-first-last-agg=0.1.4*"
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
run "CREATE EXTENSION first_last_agg"
runs="FROM (VALUES (1, 'failed', 'disk full'), (2, 'success', NULL)) AS runs(id, status, error)"
holds "last" "last(status ORDER BY id), last(error ORDER BY id) $runs" "success|disk full"
holds "last_value" "DISTINCT last_value(status) OVER w, last_value(error) OVER w $runs
    WINDOW w AS (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)" "success|null"
holds "first" "first(error ORDER BY id DESC) $runs" "disk full"
echo "held: a success has the error of another run"
