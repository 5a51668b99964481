#!/usr/bin/env bash
# r-cran-chron 2.3-59-1, R 4.2.2 (Debian 12)
#
# As a day 01/02/24 is 2 January 2024. With a time behind it, as.chron() takes the first number for the year and the
# last for the day: 24 February of the year 1, which is printed as 02/24/01. Where the last number is too large for a
# day, as in 12/31/99, there is an error, so it is silent for years up to 2031. chron() with the time apart is right.
# Seen: (02/24/01 10:00:00) of 01/02/24 10:00:00
#
# Most would guess: (01/02/24 10:00:00).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-chron=2.3-59-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(chron))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

shown <- function(text) format(as.chron(text))
holds("with a time", shown("01/02/24 10:00:00"), "(02/24/01 10:00:00)")
holds("its day", as.Date(as.chron("01/02/24 10:00:00")) < as.Date("0002-01-01"), TRUE)
holds("12/11/24", shown("12/11/24 10:00:00"), "(11/24/12 10:00:00)")
holds("the day", shown("01/02/24"), "01/02/24")
holds("time apart", format(chron("01/02/24", "10:00:00")), "(01/02/24 10:00:00)")
R
echo "held: the second of January is in the year 1"
