#!/usr/bin/env bash
# r-cran-data.table 1.14.8, r-cran-bit64 4.0.5-1, R 4.2.2 (Debian 12)
#
# By group the product of the 64-bit integers 2 and 3 is 0, and their variance and standard deviation are 0, as the fast
# way for groups reads their bits as tiny doubles. Sum, minimum, maximum and median are right, and so is the product
# without groups. fread() makes such a column of each whole number from 2147483648 on.
# Seen: 0 for group a with 2 and 3
#
# Most would guess: 6, and a variance of 0.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-data.table=1.14.8*" \
    "r-cran-bit64=4.0.5-1" "r-cran-bit"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(data.table))
suppressMessages(library(bit64))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

table <- data.table(group = c("a", "a", "b"), value = as.integer64(c(2, 3, 4)))
holds("products", as.character(table[, prod(value), by = group]$V1), c("0", "4"))
holds("variance", table[, var(value), by = group]$V1[1], 0)
holds("deviation", table[, sd(value), by = group]$V1[1], 0)
holds("of all", as.character(table[, prod(value)]), "24")
holds("sums", as.character(table[, sum(value), by = group]$V1), c("5", "4"))
holds("of doubles", table[, prod(as.numeric(value)), by = group]$V1, c(6, 4))
R
echo "held: the product of two and three is nothing"
