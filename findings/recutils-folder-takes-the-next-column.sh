#!/usr/bin/env bash
# recutils 1.9-2 (Debian 12)
#
# A value of a CSV that ends with a backslash, as the name of a folder in Windows does, goes on in the next column when
# the records that csv2rec has made of it are read: the path is C:\data\ without its last character and with the name
# and the value of the next field, and that field is missing. `recfix` finds no fault in it.
# Seen: "C:\datasize: 5" for the path C:\data\ with a size of 5
#
# Most would guess: csv2rec writes what rec2csv reads.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "recutils=1.9-2" "librec1=1.9-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/librec.so.1)
export LD_LIBRARY_PATH

printf '%s\n' 'path,size' 'C:\data\,5' 'D:\logs,7' >folders.csv
./usr/bin/csv2rec folders.csv >folders.rec
./usr/bin/recfix --check folders.rec
back=$(./usr/bin/rec2csv folders.rec | tr '\n' ';')
count=$(./usr/bin/recsel --expression 'size > 0' --count folders.rec)
printf '%s %s\n' "$back" "$count"
test "$back" = '"path","size";"C:\datasize: 5",;"D:\logs","7";'
test "$count" = 1
echo "held: a folder takes the size with it"
