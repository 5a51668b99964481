#!/usr/bin/env bash
# r-cran-hmisc 4.8-0-1, R 4.2.2 (Debian 12; it needs root)
#
# Weighted quantiles. The weights are counts of rows, and shares that add up to one are taken for a single row,
# without an error or a warning: of 1 with a share of 90% and 100 with 10% the tenth, the fiftieth and the ninetieth
# percentile are 100, and by 90 and 10 they are 1, 1 and 10.9. Of 1, 2 and 3 with 0.2, 0.3 and 0.5 the least value is
# 3. A variance by such weights is infinite or, where they add up to 0.9, -4.2, with a warning; the mean is right.
# Seen: 100 100 100 of the shares 0.9 and 0.1
#
# Most would guess: the same by shares and by counts, as of the mean.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-hmisc=4.8-0-1*" >/dev/null

TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(Hmisc))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

at <- c(0.1, 0.5, 0.9)
quantiles <- function(...) as.numeric(wtd.quantile(...))
holds("shares", quantiles(c(1, 100), c(0.9, 0.1), at), c(100, 100, 100))
holds("counts", quantiles(c(1, 100), c(90, 10), at), c(1, 1, 10.9))
holds("least", quantiles(c(1, 2, 3), c(0.2, 0.3, 0.5), 0), 3)
holds("mean", wtd.mean(c(1, 100), c(0.9, 0.1)), 10.9)
holds("variance", suppressWarnings(wtd.var(c(1, 2, 3), c(0.2, 0.3, 0.5))), Inf)
holds("variance of 0.9", round(suppressWarnings(wtd.var(c(1, 2, 3), c(0.1, 0.3, 0.5))), 1), -4.2)
R
echo "held: the median is the rare value"
