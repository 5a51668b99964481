#!/usr/bin/env bash
# r-cran-forecast 8.20-1, R 4.2.2 (Debian 12; it needs root)
#
# Twenty days of about 10 rows and twenty of about 100 are clean: yet tsoutliers() finds twelve outliers around the
# step, and tsclean() makes a slope of it. In eight equal weeks of which the last day alone is wrong, sixteen days are
# outliers, all first days of a week but the last among them. One wrong day in the middle of ones is found alone.
# Seen: 17.8, 24.7, 31.5 for 10, 11 and 10 before the step
#
# Most would guess: none, or the days right at the step, and the one wrong day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "r-cran-forecast=8.20-1*" >/dev/null

Rscript --vanilla - <<'R'
suppressMessages(library(forecast))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(seen, collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(as.numeric(seen), expected))) quit(status = 1)
}

step <- ts(rep(c(10, 100), each = 20) + rep(c(0, 1), 20))
holds("step", tsoutliers(step)$index, 15:26)
holds("before", step[15:17], c(10, 11, 10))
holds("cleaned", round(tsclean(step)[15:17], 1), c(17.8, 24.7, 31.5))
week <- ts(rep(c(1, 1, 1, 1, 1, 9, 9), 8), frequency = 7)
week[56] <- 1
holds("weeks", suppressWarnings(tsoutliers(week)$index), c(1, 8, 15, 22, 29, 36, 43, 48:56))
holds("one of ones", tsoutliers(ts(c(rep(1, 30), 5, rep(1, 20))))$index, 31)
R
echo "held: a step becomes a slope"
