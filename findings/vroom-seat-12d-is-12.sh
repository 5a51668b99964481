#!/usr/bin/env bash
# r-cran-vroom 1.6.1-1, R 4.2.2 (Debian 12)
#
# A letter d, e, f or l behind a number is part of it, as in C and Java: the seats 12D and 14D are the numbers 12 and
# 14, and 12D and 12F are one. Of 12A the column is a text. There is no warning, and read_csv() of readr reads with it.
# Seen: 12 and 12 of the seats 12D and 12F
#
# Most would guess: texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-vroom=1.6.1-1" "r-cran-tzdb" \
    "r-cran-hms" "r-cran-tibble" "r-cran-bit64" "r-cran-bit" "r-cran-cli" "r-cran-crayon" \
    "r-cran-ellipsis" "r-cran-fansi" "r-cran-glue" "r-cran-lifecycle" "r-cran-magrittr" \
    "r-cran-pillar" "r-cran-pkgconfig" "r-cran-r6" "r-cran-rlang" "r-cran-tidyselect" \
    "r-cran-utf8" "r-cran-vctrs" "r-cran-withr"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(vroom))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

seats <- function(...) {
  text <- paste(c("seat,row", paste0(c(...), ",1")), collapse = "\n")
  vroom(I(paste0(text, "\n")), delim = ",", show_col_types = FALSE)$seat
}
holds("12D and 12F", seats("12D", "12F"), c(12, 12))
holds("1e and 2l", seats("1e", "2l"), c(1, 2))
holds("12D and 12A", seats("12D", "12A"), c("12D", "12A"))
R
echo "held: the seat 12D is 12"
