#!/usr/bin/env bash
# mawk 1.3.4, gawk 5.2.1 (Debian 12)
#
# The awk that Debian has by default writes no integer above 2147483647 by %d: three billion bytes are that, and so is
# each Unix time in milliseconds. By print a sum of 3000000001 is 3e+09, where gawk has all digits. The text 0x10 of a
# file equals 16. gawk is right in all.
# Seen: 2147483647 of 3000000000
#
# Most would guess: 3000000000.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "mawk=1.3.4*" "gawk=1:5.2.1-2" \
    "libsigsegv2" "libmpfr6" "libgmp10" "libreadline8"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libmpfr.so.6)
export LD_LIBRARY_PATH

holds() {
    program=$1
    seen="$(printf '3000000000 1700000000123 0x10\n' | ./usr/bin/mawk "$program"), "
    seen+=$(printf '3000000000 1700000000123 0x10\n' | ./usr/bin/gawk "$program")
    echo "$program: $seen"
    test "$seen" = "$2"
}
holds '{ printf "%d", $1 }' "2147483647, 3000000000"
holds '{ printf "%d", $2 }' "2147483647, 1700000000123"
holds '{ print $1 + 1 }' "3e+09, 3000000001"
holds '{ print ($3 == 16) }' "1, 0"
echo "held: three billion are two"
