#!/usr/bin/env bash
# r-cran-lubridate 1.9.2, R 4.2.2 (Debian 12)
#
# stamp() makes a format of an example. Of 2024-03-05 it takes the 20 for the day, the 24 for a year of two digits, 03
# for the month and 05 for the hour: 15 December 2024 is written as 1524-12-00. Of 01/02/2024 and 05.03.2024 it takes 24
# for the hour, so that the day is 24/12/1500 and 24.12.1500. It lists the formats that match in a message and takes the
# first. stamp_date() and an example with a time of day are right.
# Seen: 1524-12-00 of 15 December 2024, as 2024-03-05
#
# Most would guess: 2024-12-15.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-lubridate=1.9.2*" \
    "r-cran-timechange=0.2.0-1" "r-cran-generics=0.1.3-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(lubridate))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

day <- as.Date("2024-12-15")
written <- function(example) suppressMessages(stamp(example))(day)
holds("2024-03-05", written("2024-03-05"), "1524-12-00")
holds("01/02/2024", written("01/02/2024"), "24/12/1500")
holds("05.03.2024", written("05.03.2024"), "24.12.1500")
holds("2024-03-05 06:07:08", written("2024-03-05 06:07:08"), "2024-12-15 00:00:00")
holds("stamp_date()", suppressMessages(stamp_date("01/02/2024"))(day), "15/12/2024")
R
echo "held: 15 December 2024 is written as 1524-12-00"
