#!/usr/bin/env bash
# golang-github-tealeg-xlsx 1.0.3+git20181024.dbf71b6-2, go 1.19 (Debian 12)
#
# A day of Berlin, set by `SetDate()`, is the day before in the workbook, as its midnight is converted to UTC, and 10:00
# in summer is shown as 7:59. The text of a cell by its format is another one than in Excel: 36 hours as [h]:mm are
# 12:00, 5 as 000 is 5, noon as h:mm AM/PM is "12:00 AM/PM", and 1234.5 as #,##0.00 has no comma. The id
# 9007199254740993 is even when it is read as an integer, while its text is right.
# Seen: 01-01-24 of 2 January 2024, and 7/2/24 07:59
#
# Most would guess: 01-02-24, 10:00 or 08:00, 36:00, 005 and 12:00 PM.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v go >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends golang-go
apt-get download --quiet=2 --option APT::Sandbox::User=root "golang-github-tealeg-xlsx-dev=1.0.3+git20181024.dbf71b6-2"
for package in *.deb; do dpkg --extract "$package" .; done

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/tealeg/xlsx"
)

func holds(text string, seen, expected interface{}) {
	fmt.Printf("%s: %v\n", text, seen)
	if fmt.Sprint(seen) != fmt.Sprint(expected) {
		panic("changed")
	}
}

func main() {
	sheet, err := xlsx.NewFile().AddSheet("runs")
	if err != nil {
		panic(err)
	}
	row := sheet.AddRow()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	shown := func(set func(*xlsx.Cell)) string {
		cell := row.AddCell()
		set(cell)
		text, err := cell.FormattedValue()
		if err != nil {
			panic(err)
		}
		return text
	}
	number := func(value float64, format string) string {
		return shown(func(cell *xlsx.Cell) { cell.SetFloatWithFormat(value, format) })
	}
	day := time.Date(2024, 1, 2, 0, 0, 0, 0, berlin)
	holds("day", shown(func(cell *xlsx.Cell) { cell.SetDate(day) }), "01-01-24")
	ten := time.Date(2024, 7, 2, 10, 0, 0, 0, berlin)
	holds("10:00", shown(func(cell *xlsx.Cell) { cell.SetDateTime(ten) }), "7/2/24 07:59")
	holds("36 hours", number(1.5, "[h]:mm"), "12:00")
	holds("noon", number(0.5, "h:mm AM/PM"), "12:00 AM/PM")
	holds("5", number(5, "000"), "5")
	holds("1234.5", number(1234.5, "#,##0.00"), "1234.50")
	cell := row.AddCell()
	cell.SetInt64(9007199254740993)
	id, err := cell.Int()
	holds("id", fmt.Sprint(cell.Value, " ", id, " ", err), "9007199254740993 9007199254740992 <nil>")
}
GO
export GOPATH=$folder/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=$folder/cache TZ=UTC
go run main.go
echo "held: ten o'clock is one minute to eight"
