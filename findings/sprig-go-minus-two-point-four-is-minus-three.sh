#!/usr/bin/env bash
# golang-github-masterminds-sprig 3.2.3-5, go 1.19 (Debian 12)
#
# The functions of Helm's templates. A negative number is rounded down: -2.4 is -3, -0.2 is -1, and -1.23 with one digit
# is -1.3. A half times 100 is 0, and the larger of 1.9 and 1.2 is 1. A day as a text, and a Unix time with a fraction,
# is written as today. Minus an hour and a half is 1h, and "90m" and 95.7 as a duration are 0s. A day more as "1d" is
# the same day. The number "010" is 8 by int and 10 by atoi, and "08" is 0.
# Seen: -3 of {{ round -2.4 0 }}, and today of {{ date "2006-01-02" "2024-01-02" }}
#
# Most would guess: -2, 50, and an error where a text is no time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-masterminds-sprig-dev=3.2.3-5" "golang-github-masterminds-semver-dev" \
    "golang-github-huandu-xstrings-dev" "golang-github-google-uuid-dev" "golang-github-imdario-mergo-dev" \
    "golang-github-shopspring-decimal-dev" "golang-github-mitchellh-copystructure-dev" \
    "golang-github-mitchellh-reflectwalk-dev" "golang-github-spf13-cast-dev" "golang-golang-x-crypto-dev" \
    "golang-golang-x-sys-dev" "golang-github-masterminds-goutils-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	write := func(text string) string {
		page := template.Must(template.New("page").Funcs(sprig.TxtFuncMap()).Parse("{{ " + text + " }}"))
		var out strings.Builder
		if err := page.Execute(&out, nil); err != nil {
			panic(err)
		}
		return out.String()
	}
	for _, each := range [][2]string{
		{"round 2.4 0", "2"},
		{"round -2.4 0", "-3"},
		{"round -0.2 0", "-1"},
		{"round -1.23 1", "-1.3"},
		{"mul 0.5 100", "0"},
		{"max 1.9 1.2", "1"},
		{`date "2006-01-02" 1700000000`, "2023-11-14"},
		{`date "2006-01-02" "2024-01-02" | eq (now | date "2006-01-02")`, "true"},
		{`date "2006-01-02" 1700000000.5 | eq (now | date "2006-01-02")`, "true"},
		{`durationRound "90m"`, "1h"},
		{`durationRound "-90m"`, "1h"},
		{`duration "95"`, "1m35s"},
		{`duration "90m"`, "0s"},
		{"duration 95.7", "0s"},
		{`dateModify "24h" (toDate "2006-01-02" "2024-01-02") | date "2006-01-02"`, "2024-01-03"},
		{`dateModify "1d" (toDate "2006-01-02" "2024-01-02") | date "2006-01-02"`, "2024-01-02"},
		{`list (int "010") (atoi "010") (int "08")`, "[8 10 0]"},
	} {
		holds(each[0], write(each[0]), each[1])
	}
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: minus two point four is minus three"
