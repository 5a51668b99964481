#!/usr/bin/env bash
# postgresql-15-semver 0.32.0-1, PostgreSQL 15 (Debian 12)
#
# to_semver() is for versions that are not quite regular. A v in front makes a pre-release of 0.0.0 of the whole:
# v2.0.0 is 0.0.0-v2.0.0, which is below 1.0.0 and 0.1.0, and v10.0.0 comes before v9.0.0. What is last of parts with
# blanks is the first one: 1 2 3 is 3.0.0. The day 2024-01-02 is 2024.0.0-1-02. As a number 1.05 is 1.5.0, equal to
# 1.5, and 22.04 is 22.4.0.
# Seen: f for to_semver('v2.0.0') > to_semver('1.0.0')
#
# Most would guess: t, or an error; 1.2.3, and an error for a day and for 1.05, as for the text.
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
apt-get download --quiet=2 --option APT::Sandbox::User=root "postgresql-15-semver=0.32.0-1*"
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
run "CREATE EXTENSION semver"
holds "v2.0.0" "to_semver('v2.0.0')" "0.0.0-v2.0.0"
holds "above 1.0.0" "to_semver('v2.0.0') > to_semver('1.0.0')" f
holds "newest" "max(to_semver(v)) FROM (VALUES ('0.1.0'), ('v9.0.0'), ('v10.0.0')) AS releases(v)" 0.1.0
holds "v10 before v9" "to_semver('v10.0.0') < to_semver('v9.0.0')" t
holds "1 2 3" "to_semver('1 2 3')" 3.0.0
holds "day" "to_semver('2024-01-02')" 2024.0.0-1-02
holds "1.05" "1.05::numeric::semver" 1.5.0
holds "equal to 1.5" "1.05::numeric::semver = 1.5::numeric::semver" t
holds "22.04" "22.04::numeric::semver" 22.4.0
if run "SELECT '1.05'::semver" 2>/dev/null; then exit 1; fi
echo "held: version v2 is below 1"
