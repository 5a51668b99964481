#!/usr/bin/env bash
# r-cran-jsonlite 1.8.4, R 4.2.2 (Debian 12)
#
# The text "NA", the code of Namibia, is missing where all texts of a list or a column are it, or stand beside numbers
# or truth values. Beside another text it is a text, and so it is as the value of a key. So the countries of the last
# month decide what the column is. "Inf" and "NaN" become numbers by the same rule.
# Seen: NA, of logical values, of ["NA"]; "NA" of ["NA", "DE"]
#
# Most would guess: a text of two letters.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-jsonlite=1.8.4*"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(jsonlite))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

holds("with Germany", is.na(fromJSON('["NA", "DE"]')), c(FALSE, FALSE))
holds("alone", fromJSON('["NA", "NA"]'), c(NA, NA))
holds("of a table", fromJSON('[{"country": "NA", "n": 1}]')$country, NA)
holds("written again", is.na(fromJSON(toJSON(c("NA", "NA")))), c(TRUE, TRUE))
holds("of an object", fromJSON('{"country": "NA"}')$country, "NA")
holds("infinite", fromJSON('["Inf", "NaN"]'), c(Inf, NaN))
R
echo "held: Namibia alone is missing"
