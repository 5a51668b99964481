#!/usr/bin/env bash
# golang-github-joho-godotenv 1.5.1-1, go 1.19 (Debian 12)
#
# A value that is a whole number is written as one: the postal code 00501 is 501 in the file, the telephone number
# +4930123 is 4930123, the mode 0755 is 755, and -0 is 0. All values are texts when they are read and written. One
# beyond 64 bits and a fraction keep their letters.
# Seen: ZIP=501 of "00501"
#
# Most would guess: ZIP="00501".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-joho-godotenv-dev=1.5.1-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/joho/godotenv"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	for value, expected := range map[string]string{
		"00501":	"501",
		"+4930123": "4930123",
		"0755":	 "755",
		"-0":	   "0",
		"1.50":	 "1.50",
	} {
		text, _ := godotenv.Marshal(map[string]string{"VALUE": value})
		read, _ := godotenv.Unmarshal(text)
		holds(value, read["VALUE"], expected)
	}
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the postal code 00501 is 501"
