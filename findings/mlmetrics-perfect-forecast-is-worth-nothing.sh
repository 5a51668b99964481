#!/usr/bin/env bash
# r-cran-mlmetrics 1.1.1-3, R 4.2.2 (Debian 12)
#
# The area under the curve of precision and recall is 1 for a forecast that ranks each failure above all others, and
# here 0 for one failure of a hundred, a half for two of four and 0.98 for fifty of a hundred. The positive class is the
# first one by the alphabet, so with 0 and 1 it is 0: a model that never sees a failure has a sensitivity of 1, and an
# F1 score of 0.86. The greatest distance of Kolmogorov and Smirnov is 100, not 1.
# Seen: 0 and 0.5 by `PRAUC()`, where `AUC()` is 1, and 1 by `Sensitivity()`
#
# Most would guess: 1 for the perfect forecast, and 0 for the model that found none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "r-cran-mlmetrics=1.1.1-3" "r-cran-rocr" "r-cran-gplots" "r-cran-gtools" "r-cran-catools" "r-cran-gdata" \
    "r-cran-bitops" "r-cran-kernsmooth"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(MLmetrics))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected, tolerance = 1e-6))) quit(status = 1)
}

rank <- seq(0.01, 1, by = 0.01)
one <- c(rep(0, 99), 1)
fifty <- c(rep(0, 50), rep(1, 50))
two <- c(0, 0, 1, 1)
holds("one of a hundred", c(AUC(rank, one), PRAUC(rank, one)), c(1, 0))
holds("fifty of a hundred", c(AUC(rank, fifty), PRAUC(rank, fifty)), c(1, 0.98))
holds("two of four", PRAUC(c(0.1, 0.4, 0.6, 0.9), two), 0.5)
holds("distance", KS_Stat(c(0.1, 0.4, 0.6, 0.9), two), 100)
failed <- c(0, 0, 0, 1)
never <- c(0, 0, 0, 0)
holds("sensitivity", Sensitivity(failed, never), 1)
holds("F1 score", F1_Score(failed, never), 6 / 7)
R
echo "held: a perfect forecast is worth nothing"
