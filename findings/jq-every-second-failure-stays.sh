#!/usr/bin/env bash
# jq 1.6-2.1+deb12u3, gojq 0.12.11-1 (Debian 12)
#
# Where the runs that failed are removed by `|= empty`, each second of those in a row stays: of the runs 2, 3 and 4 the
# third is left. gojq removes all, as `del` does in both. A time with its offset is read by %z, and its offset is
# dropped: 10:00 at two hours east is 10:00 in UTC for jq, and 08:00 for gojq.
# Seen: [1,3] of [1,2,3,4] where 2, 3 and 4 have failed
#
# Most would guess: [1], and 08:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "jq=1.6-2.1*" "libjq1=1.6-2.1*" "libonig5=6.9.8-1*" "gojq=0.12.11-1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libjq.so.1)
export LD_LIBRARY_PATH

runs='[{"id":1},{"id":2,"failed":true},{"id":3,"failed":true},{"id":4,"failed":true}]'
removed() { echo "$runs" | "./usr/bin/$1" --compact-output "$2 | map(.id)"; }
read='"2024-01-31 10:00 +0200" | strptime("%Y-%m-%d %H:%M %z") | mktime | todate'
hour() { "./usr/bin/$1" --null-input --raw-output "$read"; }
empty='(.[] | select(.failed)) |= empty'
delete='del(.[] | select(.failed))'
seen="$(removed jq "$empty") $(removed gojq "$empty") $(removed jq "$delete")"
hours="$(hour jq) $(hour gojq)"
echo "$seen $hours"
test "$seen" = "[1,3] [1] [1]"
test "$hours" = "2024-01-31T10:00:00Z 2024-01-31T08:00:00Z"
echo "held: each second run that failed stays"
