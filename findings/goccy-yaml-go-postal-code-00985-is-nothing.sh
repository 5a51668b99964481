#!/usr/bin/env bash
# golang-github-goccy-go-yaml 1.9.5-2, go 1.19 (Debian 12)
#
# A number with a leading zero is octal, and 0 where it has an 8 or a 9: of the hours 01 to 12 the hours 08 and 09 are
# 0, without an error, and -08 is 0, where +08 is 8. A text field gets it as a number, too: the postal code 00985 is
# "0", and the release 2.10 is "2.1". The number 1e3 is a text, as is 1e+21, which the library itself writes for a
# float. An integer above 64 bits is 18446744073709551615.
# Seen: 0 of 08, and "0" of 00985
#
# Most would guess: 8, or the text, and the text of what is read as a text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-goccy-go-yaml-dev=1.9.5-2" "golang-github-fatih-color-dev" \
    "golang-github-mattn-go-colorable-dev" "golang-github-mattn-go-isatty-dev" "golang-golang-x-xerrors-dev" \
    "golang-golang-x-sys-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func value(text string) interface{} {
	var value interface{}
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		panic(err)
	}
	return value
}

func text(text string) string {
	var value string
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		panic(err)
	}
	return value
}

func main() {
	holds("hours", value("[01, 07, 08, 09, 10, 12]"), "[1 7 0 0 10 12]")
	holds("-08 and +08", value("[-08, +08]"), "[0 8]")
	holds("postal code", text("00985"), "0")
	holds("release", text("2.10"), "2.1")
	holds("type of 1e3", fmt.Sprintf("%T", value("1e3")), "string")
	written, err := yaml.Marshal(1e21)
	if err != nil {
		panic(err)
	}
	holds("written", string(written), "1e+21\n")
	holds("type of it", fmt.Sprintf("%T", value(string(written))), "string")
	holds("large", value("99999999999999999999"), "18446744073709551615")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the postal code 00985 is nothing"
