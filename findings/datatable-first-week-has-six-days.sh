#!/usr/bin/env bash
# r-cran-data.table 1.14.8, r-cran-lubridate 1.9.2, R 4.2.2 (Debian 12)
#
# week() is in its documentation the number of complete weeks since 1 January plus one. It is 2 from 7 January on, so
# that the first week has six days, and 30 and 31 December are in week 53. lubridate's week(), of the same words, has
# seven. A round to weeks goes with it: Sunday, 29 December 2024, is rounded up to Monday.
# Seen: 2 of 7 January
#
# Most would guess: 1 for the first seven days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-data.table=1.14.8*" \
    "r-cran-lubridate=1.9.2*" "r-cran-timechange=0.2.0-1" "r-cran-generics"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(data.table))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

days <- as.IDate("2024-01-01") + 0:13
holds("data.table", as.integer(table(week(days))), c(6L, 7L, 1L))
holds("lubridate", as.integer(table(suppressWarnings(lubridate::week(days)))), c(7L, 7L))
holds("7 January", week(as.IDate("2024-01-07")), 2L)
holds("rounded", format(round(as.IDate("2024-12-29"), "weeks")), "2024-12-30")
R
echo "held: the first week has six days"
