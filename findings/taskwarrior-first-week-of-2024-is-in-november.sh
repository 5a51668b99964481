#!/usr/bin/env bash
# taskwarrior 2.6.2 (Debian 12)
#
# A week in the form of ISO 8601, which begins on Monday, is the Sunday before: 2024-W05 is 28 January, not the 29th.
# The first week of 2024 is 30 November 2023, a Thursday, that of 2026 is 4 January 2026, where ISO has 29 December
# 2025, and all weeks of that year are six days late. With its day, 2024-W01-1 is right. A number above 315532799 is a
# moment: 400000000 and 1 is a day of 1982, and 300000000 and 1 a number. 10/4 is 2.
# Seen: 2023-11-30T00:00:00 of 2024-W01
#
# Most would guess: 2024-01-01, a Monday.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "taskwarrior=2.6.2*"
for package in *.deb; do dpkg --extract "$package" .; done

printf 'data.location=%s\nconfirmation=off\n' "$folder/tasks" >settings
holds() {
    seen=$(TZ=UTC LC_ALL=C.UTF-8 TASKRC=$folder/settings usr/bin/task rc.verbose=nothing calc "$1")
    echo "$1: $seen"
    [ "$seen" = "$2" ]
}
holds 2024-W01 2023-11-30T00:00:00
holds 2024-W05 2024-01-28T00:00:00
holds 2026-W01 2026-01-04T00:00:00
holds 2024-W01-1 2024-01-01T00:00:00
holds "400000000 + 1" 1982-09-04T15:06:41
holds "300000000 + 1" 300000001
holds "10 / 4" 2
echo "held: the first week of 2024 is in November"
