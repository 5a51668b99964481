#!/usr/bin/env bash
# r-cran-ff 4.0.9+ds-1, R 4.2.2 (Debian 12; it needs root)
#
# Vectors on disk. What does not fit a small type wraps round without an error or a warning: 200 as a byte is -56, so
# that the sum of 100 and 200 is 44, 300 as an unsigned byte is 44, 40,000 as a short -25536, and -1 as an unsigned
# short 65535. The unsigned types have no missing value: it is 0, and counts in a mean, and in a vector of booleans it
# is FALSE. A vector of integers that is made longer is filled with 0.
# Seen: -56, and 0 for a missing value
#
# Most would guess: an error, or a missing value, as of an integer that is too large.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-ff=4.0.9+ds-1*" >/dev/null

TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(ff))
options(warn = 2)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

stored <- function(values, type) as.vector(ff(values, vmode = type)[])
holds("byte", stored(c(100, 200), "byte"), c(100, -56))
holds("sum", sum(stored(c(100, 200), "byte")), 44)
holds("unsigned byte", stored(300, "ubyte"), 44)
holds("short", stored(40000, "short"), -25536)
holds("unsigned short", stored(-1, "ushort"), 65535)
holds("missing in short", stored(c(1, NA), "short"), c(1, NA))
holds("missing in unsigned byte", stored(c(1, NA), "ubyte"), c(1, 0))
holds("mean without what is missing", mean(stored(c(1, NA, 5), "ubyte"), na.rm = TRUE), 2)
holds("missing boolean", stored(c(NA, TRUE), "boolean"), c(FALSE, TRUE))
longer <- ff(1:2)
length(longer) <- 3
holds("longer", longer[], c(1, 2, 0))
R
echo "held: two hundred is minus 56"
