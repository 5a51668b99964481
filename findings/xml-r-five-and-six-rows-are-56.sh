#!/usr/bin/env bash
# r-cran-xml 3.99-0.13-1, R 4.2.2 (Debian 12; it needs root)
#
# xmlToDataFrame() makes a row of each element: one that has elements in it is their texts without a space between,
# so 5 rows that are read and 6 that are written are 56 rows, also as an integer, and attributes are left out.
# readHTMLTable() does the same to two lines of a cell, and cells that span rows or columns move the others: beneath
# a day that spans two rows the second run is in the column of the day, and its name in that of the counts.
# Seen: 56 of 5 and 6
#
# Most would guess: two columns, or an error, and the day in both rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-xml=3.99-0.13-1*" >/dev/null

TZ=UTC Rscript --vanilla - <<'R'
library(XML)
options(warn = 2)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

xml <- xmlParse("<r><run id='7'><name>a</name><rows><read>5</read><written>6</written></rows></run></r>")
runs <- xmlToDataFrame(xml, colClasses = c("character", "integer"))
holds("columns", names(runs), c("name", "rows"))
holds("rows", runs$rows, 56L)
table <- function(cells, ...) readHTMLTable(paste0("<table>", cells, "</table>"), which = 1, ...)
head <- "<tr><th>day</th><th>run</th><th>rows</th></tr>"
days <- table(paste0(head, "<tr><td rowspan='2'>Mon</td><td>a</td><td>5</td></tr><tr><td>b</td><td>6</td></tr>"))
holds("days", days$day, c("Mon", "b"))
holds("runs", days$run, c("a", "6"))
holds("rows of a table", days$rows, c("5", NA))
wide <- table(paste0(head, "<tr><td colspan='2'>all</td><td>11</td></tr><tr><td>Mon</td><td>a</td><td>5</td></tr>"))
holds("run beneath a wide cell", wide$run, c("11", "a"))
cells <- "<tr><th>run</th><th>rows</th></tr><tr><td>a</td><td>5<br>6</td></tr>"
lines <- table(cells, colClasses = c("character", "integer"))
holds("two lines", lines$rows, 56L)
R
echo "held: five and six rows are 56"
