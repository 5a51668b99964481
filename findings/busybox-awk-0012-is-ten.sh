#!/usr/bin/env bash
# busybox 1:1.35.0-4 (Debian 12)
#
# The awk of Alpine and of most routers takes a field with a leading zero for an octal number, as mawk does not: the sum
# of 0012 and 0100 is 74, 010 is 8 and less than 9, 0755 is 493. An 8 or a 9 in it makes it decimal, so of the rows 007
# to 0100 some are right. 010.5 is 10.5, and 01e2, which is 100, is 1. A sum of milliseconds is -2147483648 by %d, and
# of the three integers from 2^53 on seq writes the first one twice and leaves out the second.
# Seen: 74 of 0012 and 0100, where mawk has 112
#
# Most would guess: 112, as POSIX says that a field is a decimal number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "busybox=1:1.35.0-4*" "mawk=1.3.4*"
for package in *.deb; do dpkg --extract "$package" .; done

holds() { # TEXT SEEN EXPECTED
  echo "$1: $2"
  test "$2" = "$3"
}
busy() { ./bin/busybox awk "$@"; }
holds "sum" "$(printf '0012\n0100\n' | busy '{s += $1} END {print s}')" 74
holds "sum of mawk" "$(printf '0012\n0100\n' | ./usr/bin/mawk '{s += $1} END {print s}')" 112
holds "010 below 9" "$(echo "010 9" | busy '{print ($1 < $2), $1 + 0}')" "1 8"
holds "of one length" "$(printf '008 009 010 011' | busy 'BEGIN {RS = " "} {printf "%s ", $1 + 0}')" "8 9 8 9 "
holds "fraction and exponent" "$(echo "010.5 01e2 1e2" | busy '{print $1 + 0, $2 + 0, $3 + 0}')" "10.5 1 100"
holds "by %d" "$(echo 1700000000123 | busy '{printf "%d", $1}')" -2147483648
holds "seq" "$(./bin/busybox seq 9007199254740992 9007199254740994 | xargs)" \
  "9007199254740992 9007199254740992 9007199254740994"
echo "held: 0012 is ten"
