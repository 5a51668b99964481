#!/usr/bin/env bash
# golang-github-jinzhu-copier 0.3.2-2, go 1.19 (Debian 12)
#
# Fields of the same name are converted as Go converts types, without an error: the id 65 is the text "A", as that is
# the letter with this number, 300 in a field of 8 bits is 44, 1.9 is 1, and what has no conversion, as an instant and a
# text of digits, is left empty.
# Seen: "A" of 65
#
# Most would guess: "65", or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-jinzhu-copier-dev=0.3.2-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/jinzhu/copier"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

type from struct {
	ID	int
	Count int64
	Mean  float64
	At	time.Time
	Size  string
}

type to struct {
	ID	string
	Count int8
	Mean  int
	At	string
	Size  int
}

func main() {
	var copied to
	err := copier.Copy(&copied, &from{65, 300, 1.9, time.Unix(0, 0), "7"})
	holds("error", err, nil)
	holds("id", copied.ID, "A")
	holds("count and mean", []int{int(copied.Count), copied.Mean}, []int{44, 1})
	holds("instant and size", []interface{}{copied.At, copied.Size}, []interface{}{"", 0})
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the id 65 is a letter"
