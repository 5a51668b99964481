#!/usr/bin/env bash
# csvtool 2.4-1+b2 (Debian 12)
#
# Where a key is there twice in one of the joined files, the text "!MULTIPLE VALUES" stands in place of the values, in
# the result and with the exit code 0. The result is sorted by its keys as texts, so 10 is before 9, and the header is
# somewhere among the rows, here the last.
# Seen: 10,!MULTIPLE VALUES,Ann of two payments of customer 10
#
# Most would guess: a row for each payment, below the header.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "csvtool=2.4-1+b2"
dpkg --extract csvtool_*.deb .

printf 'customer,amount\n9,5.00\n10,1.50\n10,2.50\n' >payments.csv
printf 'customer,name\n9,Bob\n10,Ann\n' >customers.csv
joined=$(./usr/bin/csvtool join 1 2 payments.csv customers.csv | tr '\n' ';')
echo "$joined"
test "$joined" = "10,!MULTIPLE VALUES,Ann;9,5.00,Bob;customer,amount,name;"
echo "held: two payments are the text !MULTIPLE VALUES"
