#!/usr/bin/env bash
# golang-github-mitchellh-mapstructure 1.5.0-2, golang-github-spf13-cast 1.5.0-2, go 1.19 (Debian 12)
#
# These convert the settings of most programs in Go. A number that is too large for its field wraps, without an error,
# also where types must match: 256 in an unsigned byte is 0, and 300 in 8 bits 44. 1.9 is 1. Where texts are allowed, -1
# is 18446744073709551615 and "010" is 8. cast does it with texts, too: "300" is 44, with an error of nil.
# Seen: {Count:0 Size:44 Mean:1} <nil> of 256, 300 and 1.9
#
# Most would guess: an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-mitchellh-mapstructure-dev=1.5.0-2" "golang-github-spf13-cast-dev=1.5.0-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/mitchellh/mapstructure"
	"github.com/spf13/cast"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

type settings struct {
	Count uint8
	Size  int8
	Mean  int
}

type weak struct {
	Count uint
	Size  int
}

func main() {
	var read settings
	err := mapstructure.Decode(map[string]interface{}{"count": 256, "size": 300, "mean": 1.9}, &read)
	holds("types must match", fmt.Sprintf("%+v %v", read, err), "{Count:0 Size:44 Mean:1} <nil>")
	var loose weak
	err = mapstructure.WeakDecode(map[string]interface{}{"count": -1, "size": "010"}, &loose)
	holds("texts are allowed", fmt.Sprintf("%+v %v", loose, err), "{Count:18446744073709551615 Size:8} <nil>")
	size, err := cast.ToInt8E("300")
	holds("cast", fmt.Sprint(size, err), "44 <nil>")
	rows, err := cast.ToInt32E(int64(3000000000))
	holds("rows", fmt.Sprint(rows, err), "-1294967296 <nil>")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: 256 rows are none"
