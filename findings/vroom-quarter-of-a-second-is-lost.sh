#!/usr/bin/env bash
# r-cran-vroom 1.6.1-1, R 4.2.2 (Debian 12)
#
# vroom_write() and vroom_format() write the time of day of an instant in whole seconds, cut off: 10:00:00.75 is
# 10:00:00. A duration and a number keep their fractions, and fwrite() of data.table writes those of an instant. Two
# rows of one second are equal after it.
# Seen: 2024-01-02T10:00:00Z of 10:00:00.75
#
# Most would guess: 2024-01-02T10:00:00.75Z, as vroom reads it.
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

noon <- as.POSIXct("2024-01-02 10:00:00", tz = "UTC")
table <- data.frame(at = noon + c(0.25, 0.75), seconds = c(0.25, 0.75))
lines <- strsplit(vroom_format(table, delim = ","), "\n")[[1]]
holds("instants", lines[-1], c("2024-01-02T10:00:00Z,0.25", "2024-01-02T10:00:00Z,0.75"))
read <- vroom(I("at,x\n2024-01-02T10:00:00.75Z,1\n"), delim = ",", show_col_types = FALSE)
holds("read", as.numeric(read$at - noon), 0.75)
duration <- vroom_format(data.frame(t = hms::hms(seconds = 0.75)), delim = ",")
holds("a duration", duration, "t\n00:00:00.75\n")
R
echo "held: a quarter of a second is lost"
