#!/usr/bin/env bash
# r-cran-timedate 4022.108-1, R 4.2.2 (Debian 12)
#
# The format of all texts is found by the first. Where that is a day, the times behind it lose their hours; where it has
# minutes, the seconds. The other way round a day behind a time is missing. The year 2024 alone is today, and 1/2/24 is
# a day of the year 24, without a warning. A month after 31 January is 2 March.
# Seen: 2024-01-03 of 2024-01-03 10:00:00
#
# Most would guess: each text by itself, or missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-timedate=4022.108-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(timeDate))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

read <- function(...) format(timeDate(c(...)))
holds("day first", read("2024-01-02", "2024-01-03 10:00:00"), c("2024-01-02", "2024-01-03"))
holds("noon", as.numeric(as.POSIXct(timeDate(c("2024-01-02", "2024-01-03 12:00:00"))))[2] %% 86400, 0)
holds("minutes first", read("2024-01-03 10:00", "2024-01-03 10:00:30")[2], "2024-01-03 10:00:00")
holds("time first", is.na(timeDate(c("2024-01-03 10:00:00", "2024-01-02"))), c(FALSE, TRUE))
holds("2024", read("2024"), sub("....", "2024", format(Sys.Date())))
holds("1/2/24", as.numeric(format(timeDate("1/2/24"), "%Y")), 24)
holds("after January", format(timeSequence("2024-01-31", by = "month", length.out = 3))[2], "2024-03-02")
R
echo "held: the first text decides"
