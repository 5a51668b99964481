#!/usr/bin/env bash
# r-cran-readr 2.1.4-1, r-cran-vroom 1.6.1-1, R 4.2.2 (Debian 12)
#
# A row with a value too many has its last two in the last column, 3 and 4 as "3,4", and that is read as a number with a
# comma for thousands: 34. Three digits are not needed for it, so a latitude of "52,5" is 525, and 48,8566 is 488566,
# also between tabs and semicolons. There is a warning of three columns for the row, and none for the latitudes.
# Seen: 34 for b in the row 2,3,4 below the header a,b
#
# Most would guess: 3, an error, or missing; and a text for "52,5".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-readr=2.1.4-1" \
    "r-cran-vroom=1.6.1-1" "r-cran-tzdb" "r-cran-hms" "r-cran-tibble" "r-cran-bit64" \
    "r-cran-bit" "r-cran-cli" "r-cran-clipr" "r-cran-crayon" "r-cran-ellipsis" \
    "r-cran-fansi" "r-cran-glue" "r-cran-lifecycle" "r-cran-magrittr" "r-cran-pillar" \
    "r-cran-pkgconfig" "r-cran-r6" "r-cran-rlang" "r-cran-tidyselect" "r-cran-utf8" \
    "r-cran-vctrs" "r-cran-withr"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(readr))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

read <- function(text, delim = ",") suppressWarnings(read_delim(I(text), delim = delim, show_col_types = FALSE))
holds("2,3,4", read("a,b\n1,1\n2,3,4\n")$b, c(1, 34))
holds("2,3,4,5", read("a,b\n1,1.5\n2,3,4,5\n")$b, c(1.5, 345))
holds("52,5 and 48,8566", read("place;latitude\nBerlin;52,5\nParis;48,8566\n", ";")$latitude, c(525, 488566))
R
echo "held: 3 and 4 are 34"
