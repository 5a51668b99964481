#!/usr/bin/env bash
# tcl8.6 8.6.13 (Debian 12)
#
# clock scan without a format takes the hour 24 for a second before the midnight that began the day: 24:00 is 23:59:59
# of the day before, and Jan 2 24 is 1 January of the current year at that time. 31/12/2024 is 12 July two years later,
# as month 31, and 2024/1/2 is in 2170. The year 2024 alone is 20:24 of today. By a format 24:00 is right, and 30
# February is 1 March.
# Seen: 2024-02-28 23:59:59 of 24:00 on 29 February 2024
#
# Most would guess: the midnight that ends the day, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "tcl8.6=8.6.13*" "libtcl8.6=8.6.13*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libtcl8.6.so)
TCL_LIBRARY=$folder/usr/share/tcltk/tcl8.6
export LD_LIBRARY_PATH TCL_LIBRARY

cat >script.tcl <<'TCL'
set base [clock scan 2024-02-29 -format %Y-%m-%d -gmt 1]
proc holds {text expected} {
    set seen [clock format [clock scan $text -base $::base -gmt 1] -gmt 1 -format {%Y-%m-%d %H:%M:%S}]
    puts "$text: $seen"
    if {$seen ne $expected} { exit 1 }
}
holds 24:00 {2024-02-28 23:59:59}
holds {Jan 2 24} {2024-01-01 23:59:59}
holds 31/12/2024 {2026-07-12 00:00:00}
holds 2024/1/2 {2170-08-01 00:00:00}
holds 2024 {2024-02-29 20:24:00}
holds 2024-02-30 {2024-03-01 00:00:00}
set format [clock scan 24:00 -format %H:%M -base $base -gmt 1]
puts "by a format: $format"
if {$format != $base + 86400} { exit 1 }
TCL
./usr/bin/tclsh8.6 script.tcl
echo "held: 24:00 is the day before"
