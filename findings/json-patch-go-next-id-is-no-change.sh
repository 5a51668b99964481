#!/usr/bin/env bash
# golang-github-evanphx-json-patch 5.2.0-2, go 1.19 (Debian 12)
#
# The patch from the id 9007199254740993 to the one before it is {}, so that who applies it keeps the old id. A merge
# into a list drops the nulls of its rows: [{"b": null}] is [{}], where RFC 7396 takes a list as it is. A patch that
# replaces what is not there adds it, and one that tests a missing value for null is right, while one that removes it is
# an error.
# Seen: {} of two ids
#
# Most would guess: the new id, the list with its null, and an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-evanphx-json-patch-dev=5.2.0-2" "golang-github-pkg-errors-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	jsonpatch "github.com/evanphx/json-patch"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func change(first, second string) string {
	patch, err := jsonpatch.CreateMergePatch([]byte(first), []byte(second))
	if err != nil {
		panic(err)
	}
	return string(patch)
}

func patched(document, operations string) string {
	patch, err := jsonpatch.DecodePatch([]byte(operations))
	if err != nil {
		panic(err)
	}
	changed, err := patch.Apply([]byte(document))
	if err != nil {
		return "error"
	}
	return string(changed)
}

func main() {
	holds("small ids", change(`{"id":1}`, `{"id":2}`), `{"id":2}`)
	holds("large ids", change(`{"id":9007199254740993}`, `{"id":9007199254740992}`), "{}")
	merged, err := jsonpatch.MergePatch([]byte(`{"a":[1]}`), []byte(`{"a":[{"b":null}]}`))
	holds("list", fmt.Sprint(string(merged), " ", err), `{"a":[{}]} <nil>`)
	holds("replace", patched(`{"a":1}`, `[{"op":"replace","path":"/b","value":1}]`), `{"a":1,"b":1}`)
	holds("test", patched(`{"a":1}`, `[{"op":"test","path":"/b","value":null}]`), `{"a":1}`)
	holds("remove", patched(`{"a":1}`, `[{"op":"remove","path":"/b"}]`), "error")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: the next id is no change"
