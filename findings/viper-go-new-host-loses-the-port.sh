#!/usr/bin/env bash
# golang-github-spf13-viper 1.10.1-1, go 1.19 (Debian 12)
#
# Settings of a file with `db: {host: a, port: 1}`. After `Set("db.host", "b")` the settings of db, by `Get()` and
# `Sub()`, have the host alone, while `GetInt("db.port")` is 1 and `AllSettings()` has both. The keys Berlin and berlin
# are one. A text "010" is 8 as an integer and 10 as a float, and "08" 0 and 8. 3000000000 is negative as an integer of
# 32 bits, a duration of 90 is 90 nanoseconds, and a size of 1.5GB is 0, where 10MB is 10485760.
# Seen: map[host:b] of db
#
# Most would guess: host and port by each of both, and 10.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-spf13-viper-dev=1.10.1-1" "golang-github-fsnotify-fsnotify-dev" \
    "golang-github-hashicorp-hcl-dev" "golang-github-magiconair-properties-dev" \
    "golang-github-mitchellh-mapstructure-dev" "golang-github-pelletier-go-toml-dev" \
    "golang-github-spf13-afero-dev" "golang-github-spf13-cast-dev" "golang-github-spf13-jwalterweatherman-dev" \
    "golang-github-spf13-pflag-dev" "golang-github-subosito-gotenv-dev" "golang-gopkg-ini.v1-dev" \
    "golang-gopkg-yaml.v2-dev" "golang-golang-x-text-dev" "golang-golang-x-sys-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/spf13/viper"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	settings := viper.New()
	settings.SetConfigType("yaml")
	text := "db: {host: a, port: 1}\nrows: {Berlin: 1, berlin: 1}\nwait: 90\n" +
		"id: \"010\"\nmonth: \"08\"\nlimit: 3000000000\nsmall: 10MB\nlarge: 1.5GB\n"
	if err := settings.ReadConfig(strings.NewReader(text)); err != nil {
		panic(err)
	}
	holds("db", settings.Get("db"), "map[host:a port:1]")
	settings.Set("db.host", "b")
	holds("db later", settings.Get("db"), "map[host:b]")
	holds("by Sub()", settings.Sub("db").AllSettings(), "map[host:b]")
	holds("port", settings.GetInt("db.port"), 1)
	holds("all", settings.AllSettings()["db"], "map[host:b port:1]")
	holds("keys", len(settings.GetStringMap("rows")), 1)
	holds("010", fmt.Sprint(settings.GetInt("id"), " ", settings.GetFloat64("id")), "8 10")
	holds("08", fmt.Sprint(settings.GetInt("month"), " ", settings.GetFloat64("month")), "0 8")
	holds("limit", settings.GetInt32("limit"), -1294967296)
	holds("wait", settings.GetDuration("wait"), "90ns")
	holds("sizes", fmt.Sprint(settings.GetSizeInBytes("small"), " ", settings.GetSizeInBytes("large")), "10485760 0")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: a new host loses the port"
