#!/usr/bin/env bash
# golang-github-dylanmei-iso8601 0.1.0-7, go 1.19 (Debian 12)
#
# PT1.5H, PT0.5S and P0.5D are valid durations of ISO 8601, and 0 here, without an error; so is "P". A minus is left
# out: -PT1H is an hour, and minus an hour is written as PT0S. Half a second is written as PT, which is no duration, and
# one and a half as PT1S. PT1H30 is an hour, and a year is 365 days.
# Seen: 0s of PT1.5H
#
# Most would guess: 1h30m0s, or an error, as for a month.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-dylanmei-iso8601-dev=0.1.0-7"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/dylanmei/iso8601"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	read := func(text string) time.Duration {
		duration, err := iso8601.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		return duration
	}
	holds("PT1H30M", read("PT1H30M"), "1h30m0s")
	holds("PT1.5H", read("PT1.5H"), "0s")
	holds("PT0.5S", read("PT0.5S"), "0s")
	holds("P0.5D", read("P0.5D"), "0s")
	holds("-PT1H", read("-PT1H"), "1h0m0s")
	holds("PT1H30", read("PT1H30"), "1h0m0s")
	holds("P1Y", read("P1Y"), "8760h0m0s")
	holds("minus an hour", iso8601.FormatDuration(-time.Hour), "PT0S")
	holds("half a second", iso8601.FormatDuration(500*time.Millisecond), "PT")
	holds("one and a half", iso8601.FormatDuration(1500*time.Millisecond), "PT1S")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: an hour and a half is nothing"
