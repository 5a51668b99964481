#!/usr/bin/env bash
# golang-github-rcrowley-go-metrics 0.0~git20180125, go 1.19 (Debian 12)
#
# A timer counts all that it was told, but sums up what its sample holds, which is 1028 at most: of 2000 runs of a
# second each it has a count of 2000 and a sum of 1028 seconds. Who divides one by the other, as it is done with a
# summary of Prometheus, has a mean of half a second, while `Mean()` is a second. A histogram with a sample of 10 has a
# sum of 10 after 1000 readings of 1.
# Seen: count 2000, sum 17m8s, mean 1s
#
# Most would guess: a sum of 33m20s beside that count.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-rcrowley-go-metrics-dev=0.0~git20180125*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/rcrowley/go-metrics"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	timer := metrics.NewTimer()
	defer timer.Stop()
	for i := 0; i < 2000; i++ {
		timer.Update(time.Second)
	}
	holds("count", timer.Count(), 2000)
	holds("sum", time.Duration(timer.Sum()), "17m8s")
	holds("mean", time.Duration(timer.Mean()), "1s")
	holds("sum by count", time.Duration(timer.Sum()/timer.Count()), "514ms")
	histogram := metrics.NewHistogram(metrics.NewUniformSample(10))
	for i := 0; i < 1000; i++ {
		histogram.Update(1)
	}
	holds("histogram", []int64{histogram.Count(), histogram.Sum()}, "[1000 10]")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the sum of two thousand seconds is 1028"
