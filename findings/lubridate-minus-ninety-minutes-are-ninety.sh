#!/usr/bin/env bash
# r-cran-lubridate 1.9.2, R 4.2.2 (Debian 12)
#
# A text of a duration loses its minus, as does a negative one of ISO 8601 and a part of one. "500ms" is 500 months and
# a second, which is 41 years, and "h" alone is an hour. "10us" is missing, as what it does not know should be.
# Seen: 5400 of "-90 minutes"
#
# Most would guess: -5400, as of dminutes(-90), and half a second.
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

seconds_of <- function(text) suppressWarnings(as.numeric(duration(text)))
holds("dminutes(-90)", as.numeric(dminutes(-90)), -5400)
holds("-90 minutes", seconds_of("-90 minutes"), 5400)
holds("-PT1H", seconds_of("-PT1H"), 3600)
holds("1 hour -30 minutes", seconds_of("1 hour -30 minutes"), 5400)
holds("a period", as.character(period("-90 minutes")), "90M 0S")
holds("500ms", seconds_of("500ms"), as.numeric(dmonths(500)) + 1)
holds("h", seconds_of("h"), 3600)
holds("10us", seconds_of("10us"), NA_real_)
R
echo "held: minus ninety minutes are ninety"
