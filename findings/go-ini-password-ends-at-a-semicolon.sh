#!/usr/bin/env bash
# golang-github-go-ini-ini 1.55.0-1, go 1.19 (Debian 12)
#
# Quotes do not keep a semicolon or a # in a value: "pa;ss" within quotes is read as a quote and pa, which is what a
# file of another program has. A folder that ends with a backslash is written so that it takes the next line as its own:
# C:\new\ is read as "C:\newport = 5", and the port is missing. The quotes of 'q' are lost.
# Seen: "pa of "pa;ss" in quotes
#
# Most would guess: pa;ss, and both keys.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-go-ini-ini-dev=1.55.0-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"

	"github.com/go-ini/ini"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	read, _ := ini.Load([]byte("password = \"pa;ss\"\ncolour = \"#fff\"\nname = \"a b\"\n"))
	keys := read.Section("")
	holds("password", keys.Key("password").String(), `"pa`)
	holds("name", keys.Key("name").String(), "a b")

	file := ini.Empty()
	file.Section("").NewKey("folder", `C:\new\`)
	file.Section("").NewKey("port", "5")
	file.Section("").NewKey("quoted", "'q'")
	var text bytes.Buffer
	file.WriteTo(&text)
	again, _ := ini.Load(text.Bytes())
	holds("folder", again.Section("").Key("folder").String(), `C:\newport   = 5`)
	holds("port", again.Section("").HasKey("port"), false)
	holds("quoted", again.Section("").Key("quoted").String(), "q")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a password ends at a semicolon"
