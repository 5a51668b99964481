#!/usr/bin/env bash
# r-cran-stringdist 0.9.10-1, R 4.2.2 (Debian 12)
#
# How alike two texts are by their groups of q letters. Texts that are shorter than q have no groups, and are equal:
# by Jaccard and groups of three ok and no have a likeness of 1, and by cosine and groups of two a and b. The match of
# no among ok, yes and no is the first, ok. One short and one long text have 0, or NaN by cosine, and by the default
# of one letter no is found.
# Seen: 1 of ok and no
#
# Most would guess: 0, and no as the match of no.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-stringdist=0.9.10-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
library(stringdist)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

holds("ok and no", stringsim("ok", "no", "jaccard", q = 3), 1)
holds("a and b", stringsim("a", "b", "cosine", q = 2), 1)
states <- c("ok", "yes", "no")
holds("match", states[amatch("no", states, method = "jaccard", q = 3, maxDist = 0.5)], "ok")
holds("match of one letter", states[amatch("no", states, method = "jaccard", maxDist = 0.5)], "no")
holds("ok and failed", stringsim("ok", "failed", "jaccard", q = 3), 0)
holds("ok and failed by cosine", stringsim("ok", "failed", "cosine", q = 3), NaN)
R
echo "held: ok is no"
