#!/usr/bin/env bash
# r-cran-matrixstats 0.63.0-1, R 4.2.2 (Debian 12)
#
# The weighted median is interpolated between the values. Of 1, 2 and 10, where 10 counts five times, it is 7.33, and
# the median of the same seven numbers is 10. A 1 that counts 99 times beside a 0 has 0.99. With equal weights the two
# agree. One of interpolate = FALSE is 10.
# Seen: 7.333333 of 1, 2 and five times 10
#
# Most would guess: 10.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-matrixstats=0.63.0-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(matrixStats))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

values <- c(1, 2, 10)
times <- c(1, 1, 5)
holds("weighted", round(weightedMedian(values, w = times), 6), 7.333333)
holds("repeated", median(rep(values, times)), 10)
holds("99 ones", weightedMedian(c(0, 1), w = c(1, 99)), 0.99)
holds("not interpolated", weightedMedian(values, w = times, interpolate = FALSE), 10)
holds("equal weights", weightedMedian(values, w = c(1, 1, 1)), 2)
R
echo "held: a ten of seven values is seven"
