#!/usr/bin/env bash
# tcllib 1.21, tcl8.6 8.6.13 (Debian 12)
#
# The CSV reader of Tcl's library takes "" alone, as spreadsheets and databases write an empty text, for one quote. So
# its own writer and reader double a text that is one quote: it is written as """" and read as two. Only with -alternate
# is an empty text empty. A quote within a value is left out, and 30 February in ISO 8601 is 1 March.
# Seen: a " d of a,"",d
#
# Most would guess: a, an empty text and d, by default as well.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v tclsh8.6 >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends tcl8.6
apt-get download --quiet=2 --option APT::Sandbox::User=root "tcllib=1.21*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >script.tcl <<'TCL'
lappend auto_path [glob usr/share/tcltk/tcllib*]
package require csv
package require clock::iso8601

proc holds {text seen expected} {
    puts "$text: $seen"
    if {$seen ne $expected} {exit 1}
}

holds "empty" [lindex [csv::split {a,"",d}] 1] "\""
holds "missing" [lindex [csv::split {a,,d}] 1] ""
holds "alternate" [lindex [csv::split -alternate {a,"",d}] 1] ""
holds "written" [csv::join [list "\"" x]] "\"\"\"\",x"
holds "and read" [lindex [csv::split [csv::join [list "\"" x]]] 0] "\"\""
holds "within" [lindex [csv::split {a,5"x,d}] 1] "5x"
set day [clock::iso8601 parse_time 2024-02-30T10:00:00Z]
holds "30 February" [clock format $day -gmt 1 -format %Y-%m-%d] 2024-03-01
TCL
tclsh8.6 script.tcl
echo "held: an empty text is a quote"
