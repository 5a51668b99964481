#!/usr/bin/env bash
# golang-github-gorhill-cronexpr 1.0.0+git20180427, go 1.19 (Debian 12)
#
# 7 alone is Sunday, and 5-7, Friday to Sunday, is never due, without an error; 5,6,7 is right. In the night in which
# clocks are put back, no hourly job is due for two hours: the first of the two hours that begin at 2 is left out.
# Where they are put forward, half past two is half past three.
# Seen: no time of "0 0 * * 5-7"
#
# Most would guess: Friday, Saturday and Sunday, as cron has it, and each hour.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-gorhill-cronexpr-dev=1.0.0+git20180427*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/gorhill/cronexpr"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	times := func(line string, start time.Time, format string) string {
		texts := []string{}
		for _, instant := range cronexpr.MustParse(line).NextN(start, 3) {
			texts = append(texts, instant.Format(format))
		}
		return strings.Join(texts, " ")
	}
	january := time.Date(2024, 1, 31, 10, 0, 0, 0, time.UTC)
	holds("5-7", times("0 0 * * 5-7", january, "Mon"), "")
	holds("5,6,7", times("0 0 * * 5,6,7", january, "Mon"), "Fri Sat Sun")
	holds("7", times("0 0 * * 7", january, "Mon"), "Sun Sun Sun")
	october := time.Date(2024, 10, 27, 0, 30, 0, 0, berlin)
	holds("each hour", times("0 * * * *", october, "15:04-07"), "01:00+02 02:00+01 03:00+01")
	march := time.Date(2024, 3, 31, 0, 30, 0, 0, berlin)
	holds("half past two", times("30 2 31 3 *", march, "15:04-07")[:8], "03:30+02")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a weekend is never"
