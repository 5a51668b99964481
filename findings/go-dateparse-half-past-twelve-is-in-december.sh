#!/usr/bin/env bash
# golang-github-araddon-dateparse 0.0~git20210429, go 1.19 (Debian 12)
#
# A time of day is a month and a day: 12:30 is 30 December of the year 0, 09:15 in September, and 12:30:45 is 30
# December 2045. 10:45 and 23:59 are errors, as they are no days, so a column of times is read in part. 2024-W05 is five
# seconds after New Year, and 2024-W12 an error. 10:00 EST is 10:00 in UTC.
# Seen: 2045-12-30 of 12:30:45
#
# Most would guess: a time of day, or an error for all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-araddon-dateparse-dev=0.0~git20210429*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/araddon/dateparse"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	read := func(text string) string {
		instant, err := dateparse.ParseAny(text)
		if err != nil {
			return "an error"
		}
		return instant.UTC().Format(time.RFC3339)
	}
	holds("12:30", read("12:30"), "0000-12-30T00:00:00Z")
	holds("12:30:45", read("12:30:45"), "2045-12-30T00:00:00Z")
	holds("10:45", read("10:45"), "an error")
	holds("week 5", read("2024-W05"), "2024-01-01T00:00:05Z")
	holds("EST", read("2024-01-02 10:00:00 EST"), "2024-01-02T10:00:00Z")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: half past twelve is in December"
