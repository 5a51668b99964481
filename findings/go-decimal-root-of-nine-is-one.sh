#!/usr/bin/env bash
# golang-github-shopspring-decimal 1.2.0-2, go 1.19 (Debian 12)
#
# An exact number to the power of a half is 1, and to 2.9 its square: the fraction of an exponent is cut off, without an
# error. To the power of -2 three is 0.111111111111110888, exact to 16 digits of each step. The integer part of 1e30 is
# 5076944270305263616, and that of 9223372036854775808 negative.
# Seen: 1 of 9 to the power of 0.5
#
# Most would guess: 3, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-shopspring-decimal-dev=1.2.0-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/shopspring/decimal"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	number := decimal.RequireFromString
	holds("root of 9", number("9").Pow(number("0.5")), "1")
	holds("2.9", number("2").Pow(number("2.9")), "4")
	holds("-2", number("3").Pow(number("-2")), "0.11111111111111108888888888888889")
	holds("integer part", number("1e30").IntPart(), "5076944270305263616")
	holds("negative", number("9223372036854775808").IntPart(), "-9223372036854775808")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the root of nine is one"
