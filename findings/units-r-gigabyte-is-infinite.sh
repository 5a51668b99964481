#!/usr/bin/env bash
# r-cran-units 0.8-1, libudunits2-0 2.2.28, R 4.2.2 (Debian 12)
#
# In udunits B is a bel, the tenfold of a decibel, so GB is a gigabel: 1 GB is valid, and infinite in bytes, 1 MB and 1
# kB are, too, 5 GB are not more than 100 MB, and with 1 MB more they are infinite. 1 km is in a list of 1 m, both are
# joined as one key, and 1,000 m are not in a list of 1 km. A difference of 10 degrees Celsius is 283.15 K.
# Seen: Inf of 1 GB in bytes
#
# Most would guess: 1e9, or an unknown unit, and the same length in a list and in ==.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-units=0.8-1+dfsg-1" \
    "r-cran-rcpp" "libudunits2-0"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname usr/lib/*/libudunits2.so.0)
export LD_LIBRARY_PATH

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(units))

holds <- function(text, seen, expected) {
  cat(text, ": ", format(seen), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}
of <- function(value, unit) set_units(value, unit, mode = "standard")
bytes <- function(unit) as.numeric(of(of(1, unit), "byte"))

holds("GB", bytes("GB"), Inf)
holds("kB", bytes("kB"), Inf)
holds("Gbyte", bytes("Gbyte"), 1e9)
holds("5 GB above 100 MB", of(5, "GB") > of(100, "MB"), FALSE)
holds("5 GB and 1 MB", as.numeric(of(5, "GB") + of(1, "MB")), Inf)
holds("==", of(1, "km") == of(1, "m"), FALSE)
holds("%in%", of(1, "km") %in% of(1, "m"), TRUE)
holds("1000 m", of(1000, "m") %in% of(1, "km"), FALSE)
joined <- merge(data.frame(length = of(1, "km"), run = 1), data.frame(length = of(1, "m"), rows = 2))
holds("joined", nrow(joined), 1L)
holds("degrees", as.numeric(of(of(20, "degC") - of(10, "degC"), "K")), 283.15)
R
echo "held: a gigabyte is infinite"
