#!/usr/bin/env bash
# golang-github-antonmedv-expr 1.8.9-2, go 1.19 (Debian 12)
#
# Rules of the kind `failed / total > 0.4` are false for 1 of 2 failed runs, as the half of two integers is 0; `failed *
# 1.0 / total` is a half. A hash of 64 bits above 2^63 is not above 0, and equal to -1. 200 and 200 in 8 bits are 144,
# and -200 is 56. Two times of one instant in two zones are not equal. The id 9007199254740993 equals the float before
# it.
# Seen: false of `hash > 0`, and 0 of `failed / total`
#
# Most would guess: true, 0.5, and 400.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-antonmedv-expr-dev=1.8.9-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/antonmedv/expr"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	instant := time.Date(2024, 1, 2, 9, 0, 0, 0, time.UTC)
	values := map[string]interface{}{
		"failed": 1, "total": 2, "hash": uint64(18446744073709551615), "level": uint8(200),
		"utc": instant, "berlin": instant.In(time.FixedZone("", 3600)),
		"id": 9007199254740993, "other": 9007199254740992.0,
	}
	for _, each := range []struct {
		rule     string
		expected interface{}
	}{
		{"failed / total", 0},
		{"failed / total > 0.4", false},
		{"failed * 1.0 / total", 0.5},
		{"hash > 0", false},
		{"hash == -1", true},
		{"level + level", 144},
		{"-level", 56},
		{"utc == berlin", false},
		{"utc.Equal(berlin)", true},
		{"id == other", true},
	} {
		seen, err := expr.Eval(each.rule, values)
		if err != nil {
			panic(err)
		}
		holds(each.rule, seen, each.expected)
	}
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a large hash is below zero"
