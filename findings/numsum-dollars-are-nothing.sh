#!/usr/bin/env bash
# num-utils 0.5-15 (Debian 12)
#
# What is in front of a number makes it nothing: $5.00 and $3.00 are 0 together, and so are (5) and "total: 5". What is
# behind it is dropped: 1,000 is 1, and so are 1e3 and a millionth that is written 1e-6. The exit code is 0, and no line
# is named. The largest of 1e3 and 999 is 999.
# Seen: 0 of $5.00 and $3.00; 3 of 1,000 and 2
#
# Most would guess: 8 and 1002, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "num-utils=0.5-15*"
dpkg --extract num-utils_*.deb .

total() { printf '%s\n' "$@" | perl ./usr/bin/numsum; }
seen="$(total '$5.00' '$3.00') $(total '(5)' 3) $(total 1,000 2) $(total 1e3 2) $(total 1e-6 2) $(total 5.00 3.00)"
largest=$(printf '1e3\n999\n' | perl ./usr/bin/numbound)
echo "$seen $largest"
test "$seen" = "0 3 3 3 3 8"
test "$largest" = 999
echo "held: five dollars and three are nothing"
