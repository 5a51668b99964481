#!/usr/bin/env bash
# r-cran-rsqlite 2.2.20-1, R 4.2.2 (Debian 12; it needs root)
#
# A column of days is stored as numbers of days: a query for what is after '2024-01-01' finds none, one for what is
# before it finds all, and the day is read as 19724. A time is stored as seconds, and two hours, as a difference, are
# 2 without their unit. Where the first value of a result is an integer, a text beneath it is read as 0, with a
# warning, and where it comes first, 1 is the text '1'.
# Seen: 0 rows after 1 January, and 1 before it, of the day 2024-01-02
#
# Most would guess: 1 and 0, and the day when it is read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-rsqlite=2.2.20-1*" >/dev/null

TZ=UTC Rscript --vanilla - <<'R'
library(RSQLite)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

base <- dbConnect(SQLite(), ":memory:")
runs <- data.frame(day = as.Date("2024-01-02"), took = as.difftime(2, units = "hours"))
dbWriteTable(base, "runs", runs)
count <- function(condition) nrow(dbGetQuery(base, paste("SELECT * FROM runs WHERE", condition)))
holds("after", count("day > '2024-01-01'"), 0L)
holds("before", count("day < '2024-01-01'"), 1L)
holds("day", dbReadTable(base, "runs")$day, 19724)
holds("took", dbReadTable(base, "runs")$took, 2)
mixed <- function(query) suppressWarnings(dbGetQuery(base, query)$v)
holds("text below", mixed("SELECT 1 AS v UNION ALL SELECT 'n/a'"), c(1L, 0L))
holds("text above", mixed("SELECT 'n/a' AS v UNION ALL SELECT 1"), c("n/a", "1"))
R
echo "held: a day is before each day"
