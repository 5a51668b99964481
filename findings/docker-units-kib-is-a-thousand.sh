#!/usr/bin/env bash
# golang-github-docker-go-units 0.4.0-4, golang-github-dustin-go-humanize 1.0.0-3, go 1.19 (Debian 12)
#
# Which of two functions reads a size decides what its unit is, not the unit: 1KiB is 1000 bytes by one and 1KB 1024 by
# the other. So a limit that is written as 1KB and 1KiB is the same by each, and neither by both. go-humanize tells the
# units apart, and takes "1,5 GB" for 15 GB.
# Seen: 1000 of 1KiB, and 1024 of 1KB
#
# Most would guess: 1024 and 1000, as the units say.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-docker-go-units-dev=0.4.0-4" "golang-github-dustin-go-humanize-dev=1.0.0-3"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/docker/go-units"
	"github.com/dustin/go-humanize"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	for _, text := range []string{"1KiB", "1KB"} {
		size, _ := units.FromHumanSize(text)
		memory, _ := units.RAMInBytes(text)
		holds(text, []int64{size, memory}, []int64{1000, 1024})
	}
	binary, _ := humanize.ParseBytes("1KiB")
	decimal, _ := humanize.ParseBytes("1KB")
	comma, _ := humanize.ParseBytes("1,5 GB")
	holds("go-humanize", []uint64{binary, decimal, comma}, []uint64{1024, 1000, 15000000000})
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a KiB is a thousand bytes"
