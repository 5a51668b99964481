#!/usr/bin/env bash
# golang-github-rickb777-date 1.20.1-1, go 1.19 (Debian 12)
#
# A period of ISO 8601 keeps one digit after the point, and cuts the others: PT0.25S is PT0.2S, PT0.05S nothing, PT2.75H
# is 2:42 hours and a quarter of a week 1.4 days. The period of 1999 milliseconds is 1.9 seconds. Half of PT0.5H is 12
# minutes, and a third of it 10. The 400 days of P400D are about 399, and a year of 365 days is 11 months.
# Seen: PT0.2S of PT0.25S
#
# Most would guess: the duration of the text, as time.Duration has nanoseconds, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-rickb777-date-dev=1.20.1-1" "golang-github-rickb777-plural-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/rickb777/date/period"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func duration(text string) time.Duration {
	return period.MustParse(text).DurationApprox()
}

func main() {
	for text, expected := range map[string]string{
		"PT1.5H": "1h30m0s", "PT2.75H": "2h42m0s", "PT0.25S": "200ms", "PT0.05S": "0s", "P0.25W": "33h36m0s",
	} {
		holds(text, duration(text), expected)
	}
	seconds, _ := period.NewOf(1999 * time.Millisecond)
	holds("1999 milliseconds", seconds, "PT1.9S")
	holds("half of half an hour", period.MustParse("PT0.5H").Scale(0.5).DurationApprox(), "12m0s")
	holds("a third of it", period.MustParse("PT0.5H").Scale(1.0/3).DurationApprox(), "10m0s")
	holds("days of P400D", period.MustParse("P400D").TotalDaysApprox(), 399)
	holds("months of P365D", period.MustParse("P365D").TotalMonthsApprox(), 11)
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a quarter of a second is a fifth"
