#!/usr/bin/env bash
# golang-github-itchyny-timefmt-go 0.1.3-2, go 1.19 (Debian 12)
#
# This is the strptime of jq's rival gojq. The weeks of a format are read and left out: Monday of week 5 of 2024 is 1
# January, without an error. 30 February is 1 March, hour 25 is on the next day, day 366 of 2023 in 2024, and 10:00 EST
# is in UTC.
# Seen: 2024-01-01 of 2024-W05-1 by %G-W%V-%u
#
# Most would guess: 29 January, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-itchyny-timefmt-go-dev=0.1.3-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/itchyny/timefmt-go"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	read := func(text, format string) string {
		instant, err := timefmt.Parse(text, format)
		if err != nil {
			return err.Error()
		}
		return instant.UTC().Format(time.RFC3339)
	}
	holds("week 5", read("2024-W05-1", "%G-W%V-%u"), "2024-01-01T00:00:00Z")
	holds("30 February", read("2024-02-30", "%Y-%m-%d"), "2024-03-01T00:00:00Z")
	holds("hour 25", read("2024-01-02 25:00", "%Y-%m-%d %H:%M"), "2024-01-03T01:00:00Z")
	holds("day 366", read("2023 366", "%Y %j"), "2024-01-01T00:00:00Z")
	holds("EST", read("2024-01-02 10:00 EST", "%Y-%m-%d %H:%M %Z"), "2024-01-02T10:00:00Z")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: week five is New Year"
