#!/usr/bin/env bash
# golang-github-teambition-rrule-go 1.8.1-1, go 1.19 (Debian 12)
#
# A rule for each hour goes by the clock on the wall. In the night in which clocks are put forward 3:30 is there twice,
# as one and the same instant, so five hours are four. In the one in which they are put back the first 2:30 is left out:
# two hours lie between two times. Each 30 minutes 3:00 and 3:30 are there twice.
# Seen: 03:30 CEST twice
#
# Most would guess: each hour once, 60 minutes apart.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-teambition-rrule-go-dev=1.8.1-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/teambition/rrule-go"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func times(freq rrule.Frequency, interval, count int, start time.Time) string {
	rule, err := rrule.NewRRule(rrule.ROption{Freq: freq, Interval: interval, Count: count, Dtstart: start})
	if err != nil {
		panic(err)
	}
	text := ""
	for _, each := range rule.All() {
		text += each.Format("15:04Z07 ")
	}
	return text
}

func main() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	spring := time.Date(2024, 3, 31, 0, 30, 0, 0, berlin)
	autumn := time.Date(2024, 10, 27, 1, 30, 0, 0, berlin)
	holds("spring", times(rrule.HOURLY, 1, 5, spring), "00:30+01 01:30+01 03:30+02 03:30+02 04:30+02 ")
	holds("autumn", times(rrule.HOURLY, 1, 4, autumn), "01:30+02 02:30+01 03:30+01 04:30+01 ")
	half := "01:30+01 03:00+02 03:30+02 03:00+02 03:30+02 04:00+02 "
	holds("each 30 minutes", times(rrule.MINUTELY, 30, 6, spring.Add(time.Hour)), half)
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: an hour is there twice"
