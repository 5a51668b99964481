#!/usr/bin/env bash
# r-cran-bit64 4.0.5-1, R 4.2.2 (Debian 12)
#
# Whole numbers of 64 bits, as fread() and databases give them for identities and sizes, have a mean that is cut, 1 for
# 1 and 2, and a median that is rounded, 2. The root of 2 is 1. A join with a table that has the same keys as ordinary
# numbers finds no row, though each key is equal and %in% finds it, and a value that ifelse() passes on is about 0.
# Seen: 1 for mean(as.integer64(c(1, 2))); 0 rows
#
# Most would guess: 1.5, as of R's integers of 32 bits, and two rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-bit64=4.0.5-1" "r-cran-bit=4.0.5-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(bit64))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

pair <- as.integer64(c(1, 2))
holds("mean", as.numeric(mean(pair)), 1)
holds("of 32 bits", mean(c(1L, 2L)), 1.5)
holds("median", as.numeric(median(pair)), 2)
holds("root", as.numeric(as.integer64(2)^0.5), 1)
runs <- data.frame(id = pair, took = c(10, 20))
names <- data.frame(id = c(1, 2), name = c("a", "b"))
holds("equal", all(runs$id == names$id), TRUE)
holds("joined", nrow(merge(runs, names, by = "id")), 0L)
holds("passed on", ifelse(TRUE, as.integer64(5), 1) < 1e-300, TRUE)
R
echo "held: the mean of one and two is one"
