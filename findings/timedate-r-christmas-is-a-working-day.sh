#!/usr/bin/env bash
# r-cran-timedate 4022.108-1, R 4.2.2 (Debian 12)
#
# isBizday() and isHoliday() know the holidays of one year: of the year in which they run. Christmas and the Fourth of
# July of each other year are working days, without a warning, so a report of last year is right until the first of
# January.
# Seen: TRUE of 25 December 2019
#
# Most would guess: FALSE, as for the same day of this year.
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

works <- function(day, ...) as.logical(isBizday(timeDate(day), ...))
holds("2019", works("2019-12-25"), TRUE)
holds("4 July 2019", works("2019-07-04"), TRUE)
christmas <- paste0(format(Sys.Date(), "%Y"), "-12-25")
holds(christmas, works(christmas), FALSE)
holds("holidays of 2019", works("2019-12-25", holidayNYSE(2019)), FALSE)
R
echo "held: Christmas of another year is a working day"
