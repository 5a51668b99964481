#!/usr/bin/env bash
# recutils 1.9-2 (Debian 12)
#
# The maximum of -10 and -20 is 2.2e-308, the least double above zero. The average counts a record without the field as
# one with 0, and a text, too: of 10, 20, n/a and a record without a value it is 7.5. A filter for less than 5
# finds that record, and the minimum is 10.
# Seen: Max_Ms: 2.22507e-308 of -10 and -20; Avg_Ms: 7.5 of 10 and 20
#
# Most would guess: -10; and 15, as the sum has 30 and the missing value is not less than 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "recutils=1.9-2" "librec1=1.9-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/librec.so.1)
export LD_LIBRARY_PATH

of() { ./usr/bin/recsel --print "$1" | tr '\n' ';'; }
losses=$(printf 'Ms: -10\n\nMs: -20\n' | of 'Max(Ms),Min(Ms)')
printf 'Id: 1\nMs: 10\n\nId: 2\nMs: 20\n\nId: 3\nMs: n/a\n\nId: 4\n' >loads.rec
average=$(of 'Sum(Ms),Avg(Ms),Min(Ms)' <loads.rec)
few=$(./usr/bin/recsel --expression 'Ms < 5' --print-values Id loads.rec)
echo "$losses $average $few"
test "$losses" = "Max_Ms: 2.22507e-308;Min_Ms: -20;"
test "$average" = "Sum_Ms: 30;Avg_Ms: 7.5;Min_Ms: 10;"
test "$few" = "4"
echo "held: the maximum of two losses is above zero"
