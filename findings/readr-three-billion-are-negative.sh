#!/usr/bin/env bash
# r-cran-readr 2.1.4-1, R 4.2.2 (Debian 12)
#
# parse_integer() takes 3000000000 for -1294967296 and 4294967297 for 1, without a warning, though 2147483648 is
# missing, with one. parse_double() takes each exponent above 307 for 307: 1e308, which a double can hold, is 1e307, and
# 1e400 is, too. So is it in a column of read_csv() with the first edition; the second has NA for 3000000000.
# Seen: -1294967296 of 3000000000
#
# Most would guess: missing, as for 2147483648, and 1e308.
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

whole <- function(text) as.integer(suppressWarnings(parse_integer(text)))
holds("2147483648", whole("2147483648"), NA_integer_)
holds("3000000000", whole("3000000000"), -1294967296L)
holds("4294967297", whole("4294967297"), 1L)
holds("1e308", parse_double("1e308"), 1e307)
holds("1e400", parse_double("1e400"), 1e307)
first <- with_edition(1, read_csv(I("rows\n3000000000\n"), col_types = "i"))
holds("first edition", as.integer(first$rows), -1294967296L)
second <- suppressWarnings(read_csv(I("rows\n3000000000\n"), col_types = "i"))
holds("second edition", as.integer(second$rows), NA_integer_)
R
echo "held: three billion are negative"
