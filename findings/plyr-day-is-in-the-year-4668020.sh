#!/usr/bin/env bash
# r-cran-plyr 1.8.8-1, R 4.2.2 (Debian 12)
#
# rbind.fill() puts frames below each other and gives a column the class that it has in the first one, without
# converting what comes below: a time beneath a day is the day 4668020-08-21, as its seconds are days, and 30 minutes
# beneath two hours are 30 hours. A day beneath a number is 19724. R's rbind() has 3 January and half an hour.
# Seen: 4668020-08-21 of 3 January 2024
#
# Most would guess: 2024-01-03, half an hour, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-plyr=1.8.8-1" "r-cran-rcpp"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
library(plyr)

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 10, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected))) quit(status = 1)
}

below <- function(first, second) rbind.fill(data.frame(v = first), data.frame(v = second))$v

day <- as.Date("2024-01-02")
time <- as.POSIXct("2024-01-03", tz = "UTC")
holds("time below a day", format(below(day, time)), c("2024-01-02", "4668020-08-21"))
hours <- as.difftime(2, units = "hours")
minutes <- as.difftime(30, units = "mins")
holds("minutes below hours", below(hours, minutes), as.difftime(c(2, 30), units = "hours"))
holds("time of rbind", format(rbind(data.frame(v = day), data.frame(v = time))$v), c("2024-01-02", "2024-01-03"))
both <- rbind(data.frame(v = hours), data.frame(v = minutes))$v
holds("minutes of rbind", both, as.difftime(c(2, 0.5), units = "hours"))
holds("day below a number", below(5, day), c(5, 19724))
R
echo "held: a time is in the year 4668020"
