#!/usr/bin/env bash
# golang-github-vividcortex-gohistogram 1.0.0-2, go 1.19 (Debian 12)
#
# A weighted histogram lets older values fade, by an alpha of 0.0645 for a window of a minute. It multiplies what it has
# by alpha, and not by 1 - alpha: after a thousand values of 10 and three of 1 the median is 1. And what it has fades
# only when another value than before comes in that is below the largest: of 1 to 15 in rising order all 15 count alike,
# and of 15 to 1 only the last one counts, with a mean of 1.07.
# Seen: 10, 10 and 1 after one, two and three values of 1
#
# Most would guess: 10, and the last values of a rising row weigh most.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-vividcortex-gohistogram-dev=1.0.0-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/VividCortex/gohistogram"
)

func holds(text string, seen, expected float64) {
	fmt.Printf("%s: %v\n", text, seen)
	if seen < expected-0.005 || seen > expected+0.005 {
		panic("changed")
	}
}

func main() {
	fading := gohistogram.NewWeightedHistogram(20, 0.0645)
	for i := 0; i < 1000; i++ {
		fading.Add(10)
	}
	for i, median := range []float64{10, 10, 1} {
		fading.Add(1)
		holds(fmt.Sprint("median with ", i+1, " of 1"), fading.Quantile(0.5), median)
	}
	rising := gohistogram.NewWeightedHistogram(20, 0.0645)
	falling := gohistogram.NewWeightedHistogram(20, 0.0645)
	for i := 1; i <= 15; i++ {
		rising.Add(float64(i))
		falling.Add(float64(16 - i))
	}
	holds("mean of 1 to 15", rising.Mean(), 8)
	holds("count of 1 to 15", rising.Count(), 15)
	holds("mean of 15 to 1", falling.Mean(), 1.07)
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: three outweigh a thousand"
