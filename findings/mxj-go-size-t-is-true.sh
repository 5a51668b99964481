#!/usr/bin/env bash
# golang-github-clbanning-mxj 2.5.7-1, go 1.19 (Debian 12)
#
# XML as a map. The text after a child element is lost: of `load <b>two</b> files` "load" and "two" are left, so what is
# written again is shorter. When texts are cast, the letters T and F, in a size or a flag of a seat, are true and false,
# infinity is infinite, while inf and nan are texts, 0012 is 12 and 9007199254740993 is 9.007199254740992e+15. From JSON
# to XML a list of lists is one list, and ten million is 1e+07.
# Seen: map[size:true] of <size>T</size>
#
# Most would guess: T, all of the text, and two lists.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-clbanning-mxj-dev=2.5.7-1"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/clbanning/mxj"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func read(text string, cast bool) mxj.Map {
	value, err := mxj.NewMapXml([]byte(text), cast)
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	words := read("<p>load <b>two</b> files</p>", false)
	holds("words", words, "map[p:map[#text:load b:two]]")
	again, _ := words.Xml()
	holds("written again", string(again), "<p>load<b>two</b></p>")
	holds("sizes", read("<r><a>T</a><b>F</b><c>M</c></r>", true), "map[r:map[a:true b:false c:M]]")
	holds("infinite", read("<r><a>infinity</a><b>inf</b></r>", true), "map[r:map[a:+Inf b:inf]]")
	holds("ids", read("<r><a>0012</a><b>9007199254740993</b></r>", true), "map[r:map[a:12 b:9.007199254740992e+15]]")
	grid, err := mxj.NewMapJson([]byte(`{"r": {"grid": [[1, 2], [3]], "rows": 10000000}}`))
	if err != nil {
		panic(err)
	}
	written, _ := grid.Xml()
	holds("grid", string(written), "<r><grid>1</grid><grid>2</grid><grid>3</grid><rows>1e+07</rows></r>")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the size T is true"
