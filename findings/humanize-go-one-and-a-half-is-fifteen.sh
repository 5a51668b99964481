#!/usr/bin/env bash
# golang-github-dustin-go-humanize 1.0.0-3, go 1.19 (Debian 12)
#
# Commas are dropped from a size, so 1,5 GB is fifteen gigabytes, and 1 m is a megabyte. In what has a unit of SI the
# first letter of the unit is its prefix: 5 min are 5 milli-inches, 4 mol 0.004 ol, 7 Pa seven quadrillion a, and 3 h
# are 3 h. A number is cut, and not rounded: 1999.999 with two digits is 1,999.99. Two years less a day are two years
# ago.
# Seen: 15000000000 of 1,5 GB, and 0.005 in of 5 min
#
# Most would guess: 1500000000, or an error, as 1.2.3 is one, and 5 min.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-dustin-go-humanize-dev=1.0.0-3"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func size(text string) uint64 {
	bytes, err := humanize.ParseBytes(text)
	if err != nil {
		panic(err)
	}
	return bytes
}

func unit(text string) string {
	number, name, err := humanize.ParseSI(text)
	if err != nil {
		panic(err)
	}
	return fmt.Sprint(number, " ", name)
}

func main() {
	holds("1.5 GB", size("1.5 GB"), 1500000000)
	holds("1,5 GB", size("1,5 GB"), 15000000000)
	holds("1 m", size("1 m"), 1000000)
	holds("10 kHz", unit("10 kHz"), "10000 Hz")
	holds("5 min", unit("5 min"), "0.005 in")
	holds("4 mol", unit("4 mol"), "0.004 ol")
	holds("7 Pa", unit("7 Pa"), "7e+15 a")
	holds("3 h", unit("3 h"), "3 h")
	holds("two digits", humanize.CommafWithDigits(1999.999, 2), "1,999.99")
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	holds("729 days", humanize.RelTime(start, start.Add(729*24*time.Hour), "ago", "from now"), "2 years ago")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: one and a half is fifteen"
