#!/usr/bin/env bash
# r-cran-scales 1.2.1-1, R 4.2.2 (Debian 12; it needs root)
#
# How many digits a label has depends on the distance between the values that are written with it: comma() of 0.5
# alone is 0, of 0.5 beside 1 it is 0.5, and beside two million 0. 10.12 alone is 10, half a percent 0%, and half a
# dollar beside 200,000 is $0. With short units 1500 is 2K, 1.5K beside 2500 and 2K beside a million, and 999,999 is 1
# 000K.
# Seen: 0 of 0.5, and 0.5 beside 1
#
# Most would guess: 0.5 for each, and 1.5K.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-scales=1.2.1-1*" >/dev/null

TZ=UTC Rscript --vanilla - <<'R'
library(scales)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

holds("alone", comma(0.5), "0")
holds("beside 1", comma(c(0.5, 1)), c("0.5", "1.0"))
holds("beside two million", comma(c(0.5, 2000000)), c("0", "2,000,000"))
holds("10.12", comma(10.12), "10")
holds("half a percent", percent(0.005), "0%")
holds("half a dollar", dollar(c(0.5, 200000)), c("$0", "$200,000"))
short <- label_number(scale_cut = cut_short_scale())
holds("1500", short(1500), "2K")
holds("beside 2500", short(c(1500, 2500)), c("1.5K", "2.5K"))
holds("beside a million", short(c(1500, 1000000)), c("2K", "1M"))
holds("999999", short(999999), "1 000K")
R
echo "held: a half alone is nothing"
