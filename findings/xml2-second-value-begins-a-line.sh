#!/usr/bin/env bash
# xml2 0.5-4 (Debian 12)
#
# XML that is made flat and XML again has a line break in front of each value that comes behind another of the same
# name: of the tables a, b and c the second is "\nb", and the third "\nc". Values of names that differ, and runs that
# have their values in an element or an attribute, are as they were.
# Seen: <tables><name>a</name><name>\nb</name><name>\nc</name></tables>
#
# Most would guess: the XML that it was made of.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "xml2=0.5-4*"
dpkg --extract xml2_*.deb .

back() { echo "$1" | ./usr/bin/xml2 | ./usr/bin/2xml; }
seen=$(back '<tables><name>a</name><name>b</name><name>c</name></tables>')
other=$(back '<runs><run><id>1</id></run><run><id>2</id></run></runs>')
echo "$seen $other"
test "$seen" = '<tables><name>a</name><name>
b</name><name>
c</name></tables>'
test "$other" = '<runs><run><id>1</id></run><run><id>2</id></run></runs>'
echo "held: the second of three values begins with a line break"
