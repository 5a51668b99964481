#!/usr/bin/env bash
# jo 1.9-1 (Debian 12)
#
# A list or an object that is made of lines ends at the first empty line. All values behind it are left out, the exit
# code is 0, and the result is valid JSON. A count of more than 15 digits is rounded, as 123456789012345678 is
# 1.234567890123457e+17, and 007 is 7; `-s` in front of a pair keeps it as a text.
# Seen: [1] of the lines 1, (empty), 2 and 3
#
# Most would guess: [1,null,2,3], or [1,2,3].
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "jo=1.9-1"
dpkg --extract jo_*.deb .

list=$(printf '1\n\n2\n3\n' | ./usr/bin/jo -a)
object=$(printf 'rows=5\n\nerrors=2\n' | ./usr/bin/jo)
count=$(./usr/bin/jo bytes=123456789012345678)
echo "$list $object $count"
test "$list" = "[1]"
test "$object" = '{"rows":5}'
test "$count" = '{"bytes":1.234567890123457e+17}'
echo "held: what is behind an empty line is left out"
