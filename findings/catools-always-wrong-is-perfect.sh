#!/usr/bin/env bash
# r-cran-catools 1.18.2-1, R 4.2.2 (Debian 12)
#
# A forecast that is always wrong has an area under its curve of 1, as the perfect one: colAUC() takes the better of a
# column and its opposite, each column on its own. So one that is worse than a coin looks better than it. With the fast
# algorithm the moving mean of ones after one large value is 0, and then -0.5.
# Seen: 1 of both forecasts
#
# Most would guess: 0 for the forecast that is always wrong.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-catools=1.18.2-1+b1" \
    "r-cran-bitops"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(caTools))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

failed <- c(0, 0, 1, 1)
holds("right", as.vector(colAUC(c(1, 2, 3, 4), failed)), 1)
holds("wrong", as.vector(colAUC(c(4, 3, 2, 1), failed)), 1)
holds("rather wrong", as.vector(colAUC(c(4, 2, 3, 1), failed)), 0.75)
holds("fast", runmean(c(1e16, 1, 1, 1, 1, 1), 3, alg = "fast")[3:6], c(0, 0, 0, -0.5))
R
echo "held: what is always wrong is perfect"
