#!/usr/bin/env bash
# golang-github-jinzhu-now 1.1.1-2, go 1.19 (Debian 12)
#
# The zeros of an instant in ISO 8601 are taken for parts that were left out, and filled from the clock, as soon as a
# smaller part is not zero. At 10:30:45 the text 2024-01-02T10:00:07Z is 10:30:07, 2024-01-02T00:05:00Z is 10:05, and
# 00:00:00.5 is 10:30:45.5. So of the instants of an hour those of its first minute move, and of a day those of its
# first hour. With a blank instead of the T they stay, but half a second as .5 moves them again, where .500 does not.
# Seen: 2024-01-02 10:05:00 of 2024-01-02T00:05:00Z
#
# Most would guess: the instant of the text, as it is complete and has a zone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-jinzhu-now-dev=1.1.1-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/jinzhu/now"
)

func main() {
	clock := now.New(time.Date(2024, 2, 15, 10, 30, 45, 0, time.UTC))
	holds := func(text, expected string) {
		seen, err := clock.Parse(text)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: %s\n", text, seen)
		if seen.UTC().Format("2006-01-02 15:04:05.999") != expected {
			panic("changed")
		}
	}
	holds("2024-01-02T12:34:56Z", "2024-01-02 12:34:56")
	holds("2024-01-02T10:00:00Z", "2024-01-02 10:00:00")
	holds("2024-01-02T10:00:07Z", "2024-01-02 10:30:07")
	holds("2024-01-02T08:00:30+02:00", "2024-01-02 06:30:30")
	holds("2024-01-02T00:05:00Z", "2024-01-02 10:05:00")
	holds("2024-01-02T00:00:00.5Z", "2024-01-02 10:30:45.5")
	holds("2024-01-02 10:00:07", "2024-01-02 10:00:07")
	holds("2024-01-02 10:00:00.5", "2024-01-02 10:30:45.5")
	holds("2024-01-02 10:00:00.500", "2024-01-02 10:00:00.5")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: midnight is the hour of now"
