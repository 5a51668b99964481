#!/usr/bin/env bash
# golang-github-timberio-go-datemath 0.1.0+git20200323, go 1.19 (Debian 12)
#
# The date math of Elasticsearch rounds to weeks by /w. On the days from Monday to Saturday a week begins on Monday; on
# a Sunday it begins on the Friday before and ends on Thursday. A month before 31 March is 2 March, and 20240102 is a
# time of 1970, though 2024 alone is a year.
# Seen: 2024-03-29 of now/w on Sunday, 31 March 2024
#
# Most would guess: 2024-03-25, the Monday before, as of the other days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-timberio-go-datemath-dev=0.1.0+git20200323*" \
    "golang-github-pkg-errors-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/timberio/go-datemath"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	at := func(expression string, day int) string {
		now := time.Date(2024, 3, day, 10, 0, 0, 0, time.UTC)
		instant, err := datemath.ParseAndEvaluate(expression, datemath.WithNow(now))
		if err != nil {
			panic(err)
		}
		return instant.Format("Mon 2006-01-02")
	}
	holds("Monday", at("now/w", 25), "Mon 2024-03-25")
	holds("Saturday", at("now/w", 30), "Mon 2024-03-25")
	holds("Sunday", at("now/w", 31), "Fri 2024-03-29")
	holds("Sunday before", at("now/w", 24), "Fri 2024-03-22")
	holds("a month before", at("now-1M", 31), "Sat 2024-03-02")
	holds("without hyphens", at("20240102", 31), "Thu 1970-01-01")
	holds("a year", at("2024", 31), "Mon 2024-01-01")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the week of a Sunday begins on Friday"
