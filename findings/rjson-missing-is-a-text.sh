#!/usr/bin/env bash
# r-cran-rjson 0.2.21-1, R 4.2.2 (Debian 12)
#
# A missing value is written as the text "NA", a mean of nothing as "NaN" and infinity as "Inf", in a list of numbers as
# well, and read as these texts. A day is written as its number of days and a time as one of seconds; both have 15
# digits at most, so microseconds are rounded. A value without a name beside named ones has an empty key.
# Seen: [1,"NA"] of 1 and a missing number
#
# Most would guess: [1,null], as the other JSON packages of R write.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-rjson=0.2.21-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
library(rjson)
suppressMessages(library(methods))

holds <- function(text, seen, expected) {
  cat(text, ": ", format(seen), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

holds("missing", toJSON(c(1, NA)), '[1,"NA"]')
holds("read", class(fromJSON(toJSON(c(1, NA)))[[2]]), "character")
holds("missing flag", toJSON(c(TRUE, NA)), '[true,"NA"]')
holds("NaN", toJSON(c(NaN, Inf)), '["NaN","Inf"]')
holds("day", toJSON(as.Date("2024-01-02")), "19724")
holds("microseconds", toJSON(1700000000.123456), "1700000000.12346")
holds("sum", toJSON(0.1 + 0.2), "0.3")
holds("keys", toJSON(c(rows = 1, 2)), '{"rows":1,"":2}')
R
echo "held: a missing number is a text"
