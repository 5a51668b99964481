#!/usr/bin/env bash
# r-cran-bigmemory 4.6.1-1, R 4.2.2 (Debian 12; it needs root)
#
# Matrices that are shared between processes. mwhich() looks for rows: of 1, a missing value and 3, at most 2 are the
# first and the missing one, which is the least integer in memory; as doubles it is only the first. Other than 1 is
# the missing one too, by each type. A CSV that is read as numbers has as much of a text as is a number: 2024-01-02
# is 2024, 12h is 12 and 1_000 is 1, without a warning, while n/a is missing.
# Seen: 1 2 of what is at most 2
#
# Most would guess: 1, as of doubles, and a missing value for a day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-bigmemory=4.6.1-1*" >/dev/null

TZ=UTC Rscript --vanilla - <<'R'
library(bigmemory)
options(bigmemory.typecast.warning = FALSE, warn = 2)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

found <- function(type, value, condition) {
  mwhich(as.big.matrix(matrix(c(1, NA, 3)), type = type), 1, value, condition)
}
holds("at most 2", found("integer", 2, "le"), c(1, 2))
holds("at most 2, as short", found("short", 2, "le"), c(1, 2))
holds("at most 2, as double", found("double", 2, "le"), 1)
holds("at least 2", found("integer", 2, "ge"), 3)
holds("other than 1", found("integer", 1, "neq"), c(2, 3))
holds("other than 1, as double", found("double", 1, "neq"), c(2, 3))
writeLines(c("v", "2024-01-02", "12h", "1_000", "n/a"), "values.csv")
values <- read.big.matrix("values.csv", header = TRUE, type = "double")
holds("values", values[, 1], c(2024, 12, 1, NA))
R
echo "held: a missing value is at most two"
