#!/usr/bin/env bash
# r-cran-data.table 1.14.8, r-cran-bit64 4.0.5-1, R 4.2.2 (Debian 12)
#
# Integers of 64 bits are kept as doubles with other bits. melt() puts a column of them and one of doubles into one, and
# keeps the bits: 2.5 beside such an integer is 4612811918334230528. Windows read the bits as doubles: the rolling sum
# of 2 and 3 is 2.5e-323. There is no warning. fread() makes such a column of each whole number from 2147483648 on.
# Seen: 4612811918334230528 of 2.5
#
# Most would guess: 2.5 or 2, and a sum of 5.
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

table <- data.table(id = 1, bytes = as.integer64(5), seconds = 2.5)
melted <- melt(table, id.vars = "id")
holds("melted", as.character(melted$value), c("5", "4612811918334230528"))
sums <- frollsum(as.integer64(c(2, 3, 4)), 2)
holds("rolling sum", sums[2] > 0 && sums[2] < 1e-300, TRUE)
holds("of doubles", frollsum(c(2, 3, 4), 2)[2], 5)
read <- fread("id,bytes,seconds\n1,3000000000,2.5\n")
holds("of a file", as.character(melt(read, id.vars = "id")$value), c("3000000000", "4612811918334230528"))
R
echo "held: a half behind large integers has nineteen digits"
