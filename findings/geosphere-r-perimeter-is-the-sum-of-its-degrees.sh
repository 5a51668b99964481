#!/usr/bin/env bash
# r-cran-geosphere 1.5-18-1, R 4.2.2 (Debian 12)
#
# perimeter() of a matrix of corners adds up the absolute values of their coordinates: a field of two degrees by two
# at the equator has a perimeter of 8, and the same field 50 degrees farther north and east one of 408. It is
# documented to be in metres, as lengthLine() and areaPolygon() of the same package are, and by distGeo() the sides
# add up to 887 km.
# Seen: 8 and 408
#
# Most would guess: 887,442 metres, and less in the north.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-geosphere=1.5-18-1" \
    "r-cran-sp" "r-cran-lattice" "r-cran-rcpp"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(geosphere))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

field <- cbind(c(0, 2, 2, 0), c(0, 0, 2, 2))
holds("perimeter", perimeter(field), 8)
holds("50 degrees farther", perimeter(field + 50), 408)
holds("sides in km", round(sum(distGeo(field, field[c(2, 3, 4, 1), ])) / 1000), 887)
holds("three of them in km", round(lengthLine(field) / 1000), 666)
R
echo "held: a perimeter is the sum of its degrees"
