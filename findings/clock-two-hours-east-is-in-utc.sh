#!/usr/bin/env bash
# r-cran-clock 0.6.1-2, R 4.2.2 (Debian 12)
#
# What is behind the part of a text that the format describes is left out, without a warning. So 10:00 at +02:00 is
# 10:00 in UTC, also by sys_time_parse(), 10:00:00 PM is in the morning, three quarters of a second are lost, and 155
# January is the 15th. A text that is wrong at its beginning is missing, with a warning. 30 February is parsed as a day.
# Seen: 2024-01-01T10:00:00 in UTC of 2024-01-01T10:00:00+02:00
#
# Most would guess: 08:00, or a warning as for a text that does not fit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-clock=0.6.1-2" "r-cran-cli" \
    "r-cran-cpp11" "r-cran-glue" "r-cran-lifecycle" "r-cran-rlang" "r-cran-tzdb" "r-cran-vctrs"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(clock))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

utc <- function(text, ...) format(sys_time_parse(text, ...))
holds("+02:00", utc("2024-01-01T10:00:00+02:00"), "2024-01-01T10:00:00")
holds("by format", utc("2024-01-01T10:00:00+02:00", format = "%Y-%m-%dT%H:%M:%S%Ez"), "2024-01-01T08:00:00")
holds("PM", format(naive_time_parse("2024-01-01T10:00:00 PM")), "2024-01-01T10:00:00")
holds("of five hours", format(date_time_parse("2024-01-01 10:00:00+05:00", "UTC")), "2024-01-01 10:00:00")
holds("155 January", format(date_parse("2024-01-155")), "2024-01-15")
holds("30 February", format(year_month_day_parse("2024-02-30")), "2024-02-30")
holds("wrong", is.na(suppressWarnings(date_parse("15 January"))), TRUE)
R
echo "held: two hours east is in UTC"
