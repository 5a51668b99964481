#!/usr/bin/env bash
# r-cran-clock 0.6.1-2, r-cran-slider 0.3.0-1, R 4.2.2 (Debian 12)
#
# Weeks are counted from 1 January 1970, a Thursday. The beginning of the week of Wednesday, 3 January 2024, is
# Thursday, 28 December, and a sum by week of Monday, 1 January, to Sunday, 7 January, is of two weeks. A time of 10:00
# PM that is read by %H is 10:00, and one at +02:00 keeps its hour as a naive time, without a warning.
# Seen: 2023-12-28 by `date_floor()`, and sums of 6 and 22 of 1 to 7
#
# Most would guess: 1 January, and one sum of 28.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "r-cran-clock=0.6.1-2" "r-cran-slider=0.3.0-1" "r-cran-rlang" "r-cran-tzdb" "r-cran-vctrs" "r-cran-cpp11" \
    "r-cran-cli" "r-cran-warp" "r-cran-glue" "r-cran-lifecycle"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages({
  library(clock)
  library(slider)
})

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15), collapse = " "), "\n", sep = "")
  if (!isTRUE(all.equal(seen, expected, tolerance = 1e-6))) quit(status = 1)
}

days <- date_parse("2024-01-01") + 0:6
holds("week of the third", format(date_floor(days[3], "week")), "2023-12-28")
holds("sums by week", slide_period_dbl(1:7, days, "week", sum), c(6, 22))
night <- date_time_parse("2024-01-02 10:00 PM", "UTC", format = "%Y-%m-%d %H:%M %p")
holds("10:00 PM", format(night, tz = "UTC"), "2024-01-02 10:00:00")
text <- "2024-01-02T10:00:00+02:00"
pattern <- "%Y-%m-%dT%H:%M:%S%Ez"
holds("as an instant", format(sys_time_parse(text, format = pattern)), "2024-01-02T08:00:00")
holds("as a naive time", format(naive_time_parse(text, format = pattern)), "2024-01-02T10:00:00")
R
echo "held: the week begins on Thursday"
