#!/usr/bin/env bash
# r-cran-haven 2.5.1-1, r-cran-bit64, R 4.2.2 (Debian 12)
#
# A whole number of 64 bits, as databases give it, is written for SPSS and Stata as its bits, which are 4.45e-308 for an
# id of 2^53, and as 0 for SAS. A time of 10:00 in Berlin is read as 10:00 in UTC, an hour later. A duration of an hour
# and a half is 90 without a unit, and infinity is missing. In XPORT 1e300 is infinite.
# Seen: 4.45014771701441e-308 of 9007199254740993, and 0
#
# Most would guess: the id, or an error, and the instant that was written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-haven=2.5.1-1" \
    "r-cran-readr" "r-cran-vroom" "r-cran-tzdb" "r-cran-forcats" "r-cran-hms" "r-cran-tibble" \
    "r-cran-bit64" "r-cran-bit" "r-cran-cli" "r-cran-clipr" "r-cran-crayon" "r-cran-ellipsis" \
    "r-cran-fansi" "r-cran-glue" "r-cran-lifecycle" "r-cran-magrittr" "r-cran-pillar" \
    "r-cran-pkgconfig" "r-cran-r6" "r-cran-rlang" "r-cran-tidyselect" "r-cran-utf8" \
    "r-cran-vctrs" "r-cran-withr"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages({
  library(bit64)
  library(haven)
})

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected, tolerance = 1e-12, scale = 1))) quit(status = 1)
}
copy <- function(value, kind) {
  path <- paste0("table.", kind)
  get(paste0("write_", kind))(data.frame(value = value), path)
  as.vector(get(paste0("read_", kind))(path)$value)
}

id <- as.integer64("9007199254740993")
holds("SPSS", copy(id, "sav") > 0 & copy(id, "sav") < 1e-300, TRUE)
holds("Stata", copy(id, "dta") > 0 & copy(id, "dta") < 1e-300, TRUE)
holds("SAS", copy(id, "xpt"), 0)
holds("as a number", copy(3e9, "sav"), 3e9)
berlin <- as.POSIXct("2024-01-02 10:00", tz = "Europe/Berlin")
for (kind in c("sav", "dta", "xpt")) holds(kind, as.numeric(copy(berlin, kind)) - as.numeric(berlin), 3600)
holds("duration", copy(as.difftime(90, units = "mins"), "sav"), 90)
holds("infinity", is.na(copy(Inf, "sav")), TRUE)
holds("1e300", copy(1e300, "xpt"), Inf)
R
echo "held: a large id is nothing"
