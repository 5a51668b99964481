#!/usr/bin/env bash
# datamash 1.7-2 (Debian 12)
#
# Numbers are written with 14 digits unless one asks for more. The maximum of two times in microseconds is a time that
# is in neither line, and equal to their minimum; an amount of 1234567890123.45 is 1234567890123.5. "first" shows the
# value as it is. The maximum of 1, nan and 3 is 3, and nan where the nan comes first.
# Seen: 1.7000000001235e+15 for the maximum and the minimum of 1700000000123456 and 1700000000123457
#
# Most would guess: the maximum of a column is one of its values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "datamash=1.7-2"
dpkg --extract datamash_*.deb .

run() { ./usr/bin/datamash "$@"; }
times=$(printf '1700000000123456\n1700000000123457\n' | run max 1 min 1 first 1 | tr '\t' ' ')
amount=$(printf '1234567890123.45\n' | run sum 1)
later=$(printf '1\nnan\n3\n' | run max 1)
first=$(printf 'nan\n1\n3\n' | run max 1)
echo "$times; $amount; $later $first"
test "$times" = "1.7000000001235e+15 1.7000000001235e+15 1700000000123456"
test "$amount" = "1234567890123.5"
test "$later $first" = "3 nan"
echo "held: the maximum of two times is none of them"
