#!/usr/bin/env bash
# r-cran-openxlsx 4.2.5.2-1, R 4.2.2 (Debian 12)
#
# A row of which all values are missing, infinite or not a number is written and not read again: of the loads NaN, Inf
# and 1 only the 1 is left, so the second table has a row less and all behind it have moved up by one. With
# skipEmptyRows = FALSE a missing row stays.
# Seen: 1 of NaN, Inf and 1
#
# Most would guess: three rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-openxlsx=4.2.5.2-1" \
    "r-cran-rcpp" "r-cran-stringi" "r-cran-zip"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(openxlsx))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

file <- tempfile(fileext = ".xlsx")
again <- function(table, ...) {
  write.xlsx(table, file, overwrite = TRUE)
  read.xlsx(file, ...)
}
holds("infinite", again(data.frame(load = c(NaN, Inf, 1)))$load, 1)
holds("missing", again(data.frame(run = c("a", NA, "c"), load = c(1, NA, 3)))$run, c("a", "c"))
kept <- again(data.frame(load = c(1, NA, 3)), skipEmptyRows = FALSE)
holds("kept", kept$load, c(1, NA, 3))
R
echo "held: an infinite row is gone"
