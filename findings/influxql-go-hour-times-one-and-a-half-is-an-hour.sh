#!/usr/bin/env bash
# golang-github-influxdata-influxql 1.1.0-1, go 1.19 (Debian 12)
#
# The query language of InfluxDB 1, with two ways to compute an expression. Both cut the factor of a duration: 1h * 1.5
# is 1h, and 90m * 0.5 is 0s. `Reduce()` says that 1 / 2 is 0.5, and `Eval()` that it is 0, so failed / total > 0.4 is
# false for one failure of two, unless an option is set. A division by 0 is 0 by both. An integer of Go's type int is
# not above 5, where one of int64 or uint64 is.
# Seen: 1h of 1h * 1.5, and 0.500 and 0 of 1 / 2
#
# Most would guess: 1h30m, 0.5 twice, and no value, or an error, of a division by 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "golang-github-influxdata-influxql-dev=1.1.0-1" "golang-github-gogo-protobuf-dev"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/influxdata/influxql"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func parsed(text string) influxql.Expr {
	expression, err := influxql.ParseExpr(text)
	if err != nil {
		panic(err)
	}
	return expression
}

func main() {
	for text, expected := range map[string]string{
		"1h * 2": "2h", "1h * 1.5": "1h", "1h / 4": "15m", "90m * 0.5": "0s", "1 / 2": "0.500", "5 / 0": "0.000",
	} {
		holds(text, influxql.Reduce(parsed(text), nil), expected)
	}
	holds("1 / 2 evaluated", influxql.Eval(parsed("1 / 2"), nil), 0)
	holds("5 / 0 evaluated", influxql.Eval(parsed("5 / 0"), nil), 0)
	counts := map[string]interface{}{"failed": int64(1), "total": int64(2)}
	holds("rule", influxql.EvalBool(parsed("failed / total > 0.4"), counts), false)
	option := influxql.ValuerEval{Valuer: influxql.MapValuer(counts), IntegerFloatDivision: true}
	holds("with the option", option.EvalBool(parsed("failed / total > 0.4")), true)
	for _, rows := range []interface{}{int64(7), uint64(7), 7} {
		values := map[string]interface{}{"rows": rows}
		_, short := rows.(int)
		holds(fmt.Sprintf("%T", rows), influxql.EvalBool(parsed("rows > 5"), values), !short)
	}
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: an hour times one and a half is an hour"
