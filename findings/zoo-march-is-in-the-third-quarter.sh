#!/usr/bin/env bash
# r-cran-zoo 1.8-11-1, r-cran-xts 0.13.0-1, R 4.2.2 (Debian 12)
#
# as.yearqtr() reads the month of 2024-03 as a quarter: March is in the third one, from July on, and May is missing. Of
# a date it is right. A day with slashes that selects rows of a series, as "03/31/2024", is a range of years, and so all
# rows.
# Seen: 2024 Q3 of 2024-03
#
# Most would guess: 2024 Q1, as of 2024-03-05 as a date, and the rows of one day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-zoo=1.8-11-1" "r-cran-xts=0.13.0-1" \
    "r-cran-lattice"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(xts))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

quarter <- function(text) format(as.yearqtr(text))
holds("2024-03", quarter("2024-03"), "2024 Q3")
holds("begins", format(as.Date(as.yearqtr("2024-03"))), "2024-07-01")
holds("2024-05", is.na(as.yearqtr("2024-05")), TRUE)
holds("the date", quarter(as.Date("2024-03-05")), "2024 Q1")
series <- xts(1:4, as.Date("2024-03-30") + 0:3)
holds("2024-03-31", nrow(series["2024-03-31"]), 1L)
holds("03/31/2024", nrow(series["03/31/2024"]), 4L)
R
echo "held: March is in the third quarter"
