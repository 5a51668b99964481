#!/usr/bin/env bash
# r-cran-yaml 2.3.7-1, R 4.2.2 (Debian 12)
#
# A whole number above 2,147,483,647 is missing, with a warning: so is each size above 2 GiB, each Unix time in
# milliseconds and each identity of eleven digits. A number with a comma, as 1,5 or 52,5, is missing and not a text. A
# day is written as the number of days since 1970, and NA is read as a text.
# Seen: NA of 3000000000; day: 19787.0
#
# Most would guess: 3e9, as R reads it in a CSV, and the text "1,5".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-yaml=2.3.7-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

read <- function(text) suppressWarnings(yaml::yaml.load(text))
holds("3000000000", read("3000000000"), NA_integer_)
holds("2147483647", read("2147483647"), 2147483647L)
holds("3000000000.0", read("3000000000.0"), 3e9)
holds("a time", read("1700000000123"), NA_integer_)
holds("1,5", read("1,5"), NA_integer_)
holds("NA", read("NA"), "NA")
holds("a day", yaml::as.yaml(list(day = as.Date("2024-03-05"))), "day: 19787.0\n")
R
echo "held: three billion are missing"
