#!/usr/bin/env bash
# golang-github-tidwall-gjson 1.14.4-2, go 1.19 (Debian 12)
#
# In a query over a list all texts are above all numbers and true is above both: v>100 finds "9", v>=9 finds true, and
# v<=1 false. v!=9 leaves out what is null or missing, and nothing finds null by ==null. As an integer
# 18446744073709551615 is -1, and -1 without a sign that number.
# Seen: ["a","d","f"] of v>=9 for 10, 8, "9" and true
#
# Most would guess: ["a"].
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-tidwall-gjson-dev=1.14.4-2" "golang-github-tidwall-match-dev" \
    "golang-github-tidwall-pretty-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/tidwall/gjson"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

const rows = `[{"n": "a", "v": 10}, {"n": "b", "v": 8}, {"n": "c"}, {"n": "d", "v": "9"},
	{"n": "e", "v": null}, {"n": "f", "v": true}, {"n": "g", "v": false}]`

func main() {
	find := func(query string) string { return gjson.Get(rows, "#("+query+")#.n").String() }
	holds("v>=9", find("v>=9"), `["a","d","f"]`)
	holds("v>100", find("v>100"), `["d"]`)
	holds("v<=1", find("v<=1"), `["g"]`)
	holds("v!=10", find("v!=10"), `["b","d","f","g"]`)
	holds("v==null", find("v==null"), "[]")
	large, minus := gjson.Parse("18446744073709551615"), gjson.Parse("-1")
	holds("large", large.Int(), -1)
	holds("minus", minus.Uint(), "18446744073709551615")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: true is at least nine"
