#!/usr/bin/env bash
# r-cran-tidyr 1.3.0-1, R 4.2.2 (Debian 12)
#
# separate_rows() splits at all but letters, digits and points, not at commas alone: "3,-2" is 3 and 2, 1e-5 is 1 and 5,
# "2024-01-02" three numbers, and "New York" two towns. "10%" leaves an empty row at the end. With a separator it is
# right.
# Seen: 3 and 2 of "3,-2"
#
# Most would guess: 3 and -2.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-tidyr=1.3.0-1" "r-cran-cli" \
    "r-cran-cpp11" "r-cran-dplyr" "r-cran-fansi" "r-cran-generics" "r-cran-glue" \
    "r-cran-lifecycle" "r-cran-magrittr" "r-cran-pillar" "r-cran-pkgconfig" "r-cran-purrr" \
    "r-cran-r6" "r-cran-rlang" "r-cran-stringi" "r-cran-stringr" "r-cran-tibble" \
    "r-cran-tidyselect" "r-cran-utf8" "r-cran-vctrs" "r-cran-withr"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(tidyr))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

rows <- function(text, ...) separate_rows(data.frame(x = text), x, ..., convert = TRUE)$x
holds("3,-2", rows("3,-2"), c(3L, 2L))
holds("1.5,1e-5", rows("1.5,1e-5"), c(1.5, 1, 5))
holds("days", rows("2024-01-02,2024-01-05"), c(2024L, 1L, 2L, 2024L, 1L, 5L))
holds("towns", rows("New York,Rome"), c("New", "York", "Rome"))
holds("by comma", rows("3,-2", sep = ","), c(3L, -2L))
R
echo "held: minus two is two"
