#!/usr/bin/env bash
# golang-github-montanaflynn-stats 0.6.4-2, go 1.19 (Debian 12)
#
# The median of 1, 2, 3 and 4 is 2.5, and their 50th percentile 2. The 90th and the 99th are both 3.5, and those below
# the 25th an error, with NaN. Of one to ten the 50th percentile is 5, not 5.5, but the 95th is between two values: 9.5.
# A line by Unix times is NaN.
# Seen: 2.5 and 2
#
# Most would guess: 2.5 twice.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-montanaflynn-stats-dev=0.6.4-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/montanaflynn/stats"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	values := []float64{1, 2, 3, 4}
	percentile := func(percent float64) string {
		value, err := stats.Percentile(values, percent)
		return fmt.Sprint(value, err)
	}
	median, _ := stats.Median(values)
	holds("median", median, 2.5)
	holds("50th", percentile(50), "2 <nil>")
	holds("90th and 99th", percentile(90)+percentile(99), "3.5 <nil>3.5 <nil>")
	holds("10th", percentile(10), "NaN Input is outside of range.")
	line, _ := stats.LinearRegression([]stats.Coordinate{{1700000000, 1}, {1700000001, 2}, {1700000002, 3}})
	holds("line", line[0].Y, "NaN")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the middle is not the median"
