#!/usr/bin/env bash
# r-cran-lubridate 1.9.2, R 4.2.2 (Debian 12)
#
# The sum, the mean and the maximum of periods of one and two hours are 0: only the seconds are counted that stand
# beside the hours. unique() finds one period, hours(1) is in a list without it, and the sums of a group are 0. Where
# the periods are in seconds all is right, as with durations.
# Seen: 0 for sum(c(hours(1), hours(2)))
#
# Most would guess: three hours, as 1 hour + 2 hours is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-lubridate=1.9.2*" \
    "r-cran-timechange=0.2.0-1" "r-cran-generics=0.1.3-1"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(lubridate))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

one <- c(hours(1), hours(2))
holds("sum", sum(one), 0)
holds("mean", mean(one), 0)
holds("maximum", max(one), 0)
holds("added", as.character(hours(1) + hours(2)), "3H 0M 0S")
holds("different", length(unique(one)), 1L)
holds("found", hours(1) %in% c(hours(2), hours(3)), TRUE)
loads <- data.frame(table = c("a", "a", "b"))
loads$took <- c(hours(1), hours(2), minutes(90))
holds("by table", as.numeric(tapply(loads$took, loads$table, sum)), c(0, 0))
holds("seconds", sum(seconds(c(3600, 7200))), 10800)
holds("durations", as.numeric(sum(c(dhours(1), dhours(2)))), 10800)
R
echo "held: one and two hours are nothing together"
