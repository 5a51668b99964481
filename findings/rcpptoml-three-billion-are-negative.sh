#!/usr/bin/env bash
# r-cran-rcpptoml 0.2.2+dfsg-1, R 4.2.2 (Debian 12)
#
# TOML has integers of 64 bits, and this reader keeps 32 of them, without a warning: 3000000000 is -1294967296,
# 5000000000 is 705032704, a Unix time in milliseconds is negative, and 9007199254740993 is 1. The first number of a
# list decides for all: [1, 2.5] is 1 and 2, where [2.5, 1] is right. A list [0, 0.5, 0.9] of limits has three zeros. A
# table has its keys by the alphabet.
# Seen: -1294967296 of 3000000000, and 1 2 of [1, 2.5]
#
# Most would guess: 3000000000, as R has it as a number, and 1 and 2.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-rcpptoml=0.2.2+dfsg-1" "r-cran-rcpp"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(RcppTOML))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected, tolerance = 1e-6))) quit(status = 1)
}

read <- function(text) parseTOML(paste("value =", text), fromFile = FALSE)$value

holds("3000000000", read("3000000000"), -1294967296L)
holds("5000000000", read("5000000000"), 705032704L)
holds("milliseconds", read("1700000000000"), -807049216L)
holds("9007199254740993", read("9007199254740993"), 1L)
holds("[1, 2.5]", read("[1, 2.5]"), c(1L, 2L))
holds("[2.5, 1]", read("[2.5, 1]"), c(2.5, 1))
holds("[0, 0.5, 0.9]", read("[0, 0.5, 0.9]"), c(0L, 0L, 0L))
holds("keys", names(parseTOML("b = 1\na = 2", fromFile = FALSE)), c("a", "b"))
R
echo "held: three billion are negative"
