#!/usr/bin/env bash
# r-cran-rcpproll 0.3.0-2, R 4.2.2 (Debian 12)
#
# The median of a window with a missing value is a number or missing by the place of the value: of (missing, 3, 9) it is
# 3, of (2, 9, missing) 9 and of (2, missing, 8) missing. With na.rm = TRUE it is the same, where the mean leaves the
# value out. Weights are scaled to a sum of as many as there are values: a sum of 5 and 7 with the weights 1 and 0 is
# 10.
# Seen: 3 of missing, 3 and 9, with and without na.rm
#
# Most would guess: missing, and 6 with na.rm.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-rcpproll=0.3.0-2" \
    "r-cran-rcpp"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(RcppRoll))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

middle <- function(...) roll_median(c(...), 3)
holds("first", middle(NA, 3, 9), 3)
holds("last", middle(2, 9, NA), 9)
holds("between", middle(2, NA, 8), NA_real_)
holds("left out", roll_median(c(NA, 3, 9), 3, na.rm = TRUE), 3)
holds("mean", c(roll_mean(c(NA, 3, 9), 3), roll_mean(c(NA, 3, 9), 3, na.rm = TRUE)), c(NA, 6))
holds("weighted sum", roll_sum(c(5, 7), 2, weights = c(1, 0)), 10)
R
echo "held: a median sees no missing value"
