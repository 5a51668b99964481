#!/usr/bin/env bash
# r-cran-gtools 3.9.4-1, R 4.2.2 (Debian 12)
#
# mixedsort() is for names with numbers. A hyphen is a minus for it, so item-10 is below item-9, and a point makes a
# fraction: v1.10 is before v1.9. Of days without a leading zero 2024-01-10 is before 2024-01-9. Without a hyphen item9
# is before item10.
# Seen: item-10, item-9, item-1
#
# Most would guess: item-1, item-9, item-10.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-gtools=3.9.4-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(gtools))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

holds("items", mixedsort(c("item-1", "item-9", "item-10")), c("item-10", "item-9", "item-1"))
holds("versions", mixedsort(c("v1.9", "v1.10")), c("v1.10", "v1.9"))
holds("days", mixedsort(c("2024-01-9", "2024-01-10")), c("2024-01-10", "2024-01-9"))
holds("no hyphen", mixedsort(c("item10", "item9", "item1")), c("item1", "item9", "item10"))
R
echo "held: item-10 comes before item-9"
