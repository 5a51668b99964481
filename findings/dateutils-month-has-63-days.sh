#!/usr/bin/env bash
# dateutils 0.4.10-1 (Debian 12)
#
# From 31 January to 1 March of 2024 it is a month and 63 days, and from 31 December two months and 63 days. From 30
# January it is a month and none, from 29 January a month and one, and to 2 March from 31 January a month and none. In
# days alone it is 30, and nothing says that one of the results is no part of a month.
# Seen: 1 63
#
# Most would guess: 1 1, as of a month that ends on 29 February and a day, or 0 30.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "dateutils=0.4.10-1"
dpkg --extract dateutils_*.deb .

between() { ./usr/bin/dateutils.ddiff "$@"; }
seen="$(between 2024-01-31 2024-03-01 -f '%m %d'); $(between 2023-12-31 2024-03-01 -f '%m %d')"
near="$(between 2024-01-29 2024-03-01 -f '%m %d'); $(between 2024-01-31 2024-03-02 -f '%m %d')"
days=$(between 2024-01-31 2024-03-01 -f '%d')
echo "$seen; $near; $days"
test "$seen" = "1 63; 2 63"
test "$near" = "1 1; 1 0"
test "$days" = "30"
echo "held: from 31 January to 1 March it is a month and 63 days"
