#!/usr/bin/env bash
# golang-github-gocarina-gocsv 0.0~git20180113, go 1.19 (Debian 12)
#
# A pointer to a number is how Go tells what is missing from 0. An empty cell is a pointer to 0 here. The number 010 is
# 8 and 0x10 is 16, while 019 is an error. Of two columns of one name the second wins. A file with semicolons is read as
# one record of zeros and empty texts for each of its rows, without an error, and so is one that begins with a byte
# order mark, in its first column.
# Seen: 0 of an empty cell, 8 of 010
#
# Most would guess: nil for the empty cell, 10, and an error where no column is found.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-gocarina-gocsv-dev=0.0~git20180113*"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/gocarina/gocsv"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

type run struct {
	Id   int    `csv:"id"`
	Name string `csv:"name"`
	Rows *int   `csv:"rows"`
}

func main() {
	read := func(lines ...string) string {
		var runs []run
		if err := gocsv.UnmarshalString(strings.Join(lines, "\n"), &runs); err != nil {
			panic(err)
		}
		texts := []string{}
		for _, each := range runs {
			rows := "nil"
			if each.Rows != nil {
				rows = fmt.Sprint(*each.Rows)
			}
			texts = append(texts, fmt.Sprintf("%d,%s,%s", each.Id, each.Name, rows))
		}
		return strings.Join(texts, ";")
	}
	holds("empty", read("id,name,rows", "1,a,"), "1,a,0")
	holds("no column", read("id,name", "1,a"), "1,a,nil")
	holds("010", read("id,name,rows", "010,a,5", "0x10,b,6"), "8,a,5;16,b,6")
	holds("twice", read("id,name,id", "1,a,2"), "2,a,nil")
	holds("semicolons", read("id;name;rows", "1;a;5", "2;b;6"), "0,,nil;0,,nil")
	holds("byte order mark", read("\ufeffid,name,rows", "1,a,5"), "0,a,5")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a missing count is zero"
