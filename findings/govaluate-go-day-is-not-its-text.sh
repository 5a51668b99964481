#!/usr/bin/env bash
# golang-github-knetic-govaluate 3.0.0+git20171022, go 1.19 (Debian 12)
#
# A text in quotes that looks like a day is the number of its Unix time, so a rule day == '2024-01-02' is false for a
# record whose day is the text 2024-01-02, and != is true, while such a rule for a name works. Two ids of 64 bits that
# differ by one are equal. 2**3**2 is 64, where it is 512 in mathematics and most languages, and -1 >> 1 is above 9e18.
# Seen: false of day == '2024-01-02' for 2024-01-02
#
# Most would guess: true.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-knetic-govaluate-dev=3.0.0+git20171022*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/Knetic/govaluate"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	record := map[string]interface{}{"day": "2024-01-02", "name": "orders", "id": int64(9007199254740993)}
	evaluate := func(rule string) interface{} {
		expression, err := govaluate.NewEvaluableExpression(rule)
		if err != nil {
			panic(err)
		}
		result, err := expression.Evaluate(record)
		if err != nil {
			panic(err)
		}
		return result
	}
	for rule, expected := range map[string]interface{}{
		"name == 'orders'":       true,
		"day == '2024-01-02'":    false,
		"day != '2024-01-02'":    true,
		"id == 9007199254740992": true,
		"2**3**2":                64,
		"(-1 >> 1) > 1000":       true,
	} {
		holds(rule, evaluate(rule), expected)
	}
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a day is not its text"
