#!/usr/bin/env bash
# bc 1.07.1-3 (Debian 12)
#
# The remainder of GNU bc is what a division with the digits of `scale` leaves: with two digits that of 10 by 3 is a
# hundredth, and with `bc -l`, which has twenty, next to nothing; a check for each third row fails. Small letters are
# variables, so ff is 0 and ff + 1 is 1 in hexadecimal, too, where FF is 255. A power loses the fraction of its
# exponent, with a warning: the root of 9 as 9^0.5 is 1.
# Seen: scale=2: 10%3 -> .01, 2.999/1 -> 2.99; ibase=16: ff -> 0, FF -> 255; -2^2 -> 4
#
# Most would guess: 1, as with a scale of 0, 3.00, 255 and 3.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "bc=1.07.1*"
dpkg --extract bc_*.deb .

of() { echo "$1" | ./usr/bin/bc 2>/dev/null | xargs; }
seen="$(of '10 % 3') $(of 'scale=2; 10 % 3; 2.999 / 1') $(of 'ibase=16; ff; FF') $(of '1 / 3 * 3') $(of '9^0.5') $(of '-2^2')"
library=$(echo '10 % 3' | ./usr/bin/bc -l)
echo "$seen $library"
test "$seen" = "1 .01 2.99 0 255 0 1 4"
test "$library" = ".00000000000000000001"
echo "held: the rest of 10 by 3 is .01"
