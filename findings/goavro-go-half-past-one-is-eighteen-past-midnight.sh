#!/usr/bin/env bash
# golang-github-linkedin-goavro 2.10.1-1, go 1.19 (Debian 12)
#
# A time of day in microseconds is written by its lowest 32 bits: 1:30 is 18 minutes and 25 seconds past midnight when
# it is read, and 25 hours are negative, without an error. In milliseconds 1:30 is right. A decimal is cut to its scale:
# 12.509 with two digits is 12.50. The date of 23:30 five hours west of Greenwich is the next day, while an integer that
# is too large, or 1.9, is an error.
# Seen: 18m25.032704s of 1h30m
#
# Most would guess: 1h30m, 12.51 or an error, and the date of the time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-linkedin-goavro-dev=2.10.1-1" "golang-github-golang-snappy-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"math/big"
	"time"

	"github.com/linkedin/goavro"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func copied(schema string, value interface{}) interface{} {
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		panic(err)
	}
	bytes, err := codec.BinaryFromNative(nil, value)
	if err != nil {
		return "error"
	}
	copied, _, err := codec.NativeFromBinary(bytes)
	if err != nil {
		panic(err)
	}
	return copied
}

func main() {
	micros := `{"type": "long", "logicalType": "time-micros"}`
	millis := `{"type": "int", "logicalType": "time-millis"}`
	holds("1:30 in milliseconds", copied(millis, 90*time.Minute), "1h30m0s")
	holds("0:30 in microseconds", copied(micros, 30*time.Minute), "30m0s")
	holds("1:30 in microseconds", copied(micros, 90*time.Minute), "18m25.032704s")
	holds("25 hours", copied(micros, 25*time.Hour), "-3m14.313216s")
	amount, _ := new(big.Rat).SetString("12.509")
	decimal := `{"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}`
	holds("12.509", copied(decimal, amount), "25/2")
	evening := time.Date(2024, 1, 2, 23, 30, 0, 0, time.FixedZone("", -5*3600))
	holds("date", copied(`{"type": "int", "logicalType": "date"}`, evening), "2024-01-03 00:00:00 +0000 UTC")
	holds("1.9", copied(`"int"`, 1.9), "error")
	holds("3000000000", copied(`"int"`, int64(3000000000)), "error")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: half past one is eighteen past midnight"
