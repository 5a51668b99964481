#!/usr/bin/env bash
# golang-github-vividcortex-ewma 1.1.1-2, go 1.19 (Debian 12)
#
# The moving average takes an average of 0 for one that has not begun. After a thousand readings of 0 the first 100
# makes it 100, as if there had been no other: where it follows how many runs fail, the first failure after a thousand
# good runs is a rate of 100%. With 0.001 in their place it is 6.45. With an age of its own, as 60, the average is 0 for
# the first ten readings, all of which were 100.
# Seen: 100 after a thousand zeros
#
# Most would guess: 6.45, and an average of 100 or none at all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-vividcortex-ewma-dev=1.1.1-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/VividCortex/ewma"
)

func holds(text string, seen, expected float64) {
	fmt.Printf("%s: %v\n", text, seen)
	if seen < expected-0.01 || seen > expected+0.01 {
		panic("changed")
	}
}

func after(average ewma.MovingAverage, count int, each, last float64) float64 {
	for i := 0; i < count; i++ {
		average.Add(each)
	}
	average.Add(last)
	return average.Value()
}

func main() {
	holds("a thousand zeros", after(ewma.NewMovingAverage(), 1000, 0, 100), 100)
	holds("a thousand of 0.001", after(ewma.NewMovingAverage(), 1000, 0.001, 100), 6.45)
	holds("ten of 100", after(ewma.NewMovingAverage(60), 9, 100, 100), 0)
	holds("eleven of 100", after(ewma.NewMovingAverage(60), 10, 100, 100), 100)
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a thousand zeros are none"
