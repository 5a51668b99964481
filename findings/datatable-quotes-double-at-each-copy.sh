#!/usr/bin/env bash
# r-cran-data.table 1.14.8, R 4.2.2 (Debian 12)
#
# fwrite() doubles a quote within quotes, as CSV has it, and fread() does not undo it: 5" pipe is 5"" pipe when it is
# read again, and after three copies it has eight quotes. A line break between quotes and a quote in one text make two
# rows. Other readers undo it.
# Seen: 5"""""""" pipe after three copies
#
# Most would guess: 5" pipe.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v Rscript >/dev/null || apt-get install --yes --quiet=2 --no-install-recommends r-base-core
apt-get download --quiet=2 --option APT::Sandbox::User=root "r-cran-data.table=1.14.8*"
for package in *.deb; do dpkg --extract "$package" .; done

R_LIBS=$folder/usr/lib/R/site-library:$folder/usr/lib/R/library TZ=UTC Rscript --vanilla - <<'R'
suppressMessages(library(data.table))

holds <- function(text, seen, expected) {
  cat(text, ": ", paste(format(seen, digits = 15, trim = TRUE), collapse = " "), "\n", sep = "")
  if (!identical(seen, expected)) quit(status = 1)
}

file <- tempfile()
table <- data.table(article = '5" pipe', amount = 1)
copies <- character()
for (copy in 1:3) {
  fwrite(table, file)
  table <- fread(file)
  copies <- c(copies, table$article)
}
holds("copies", copies, c('5"" pipe', '5"""" pipe', '5"""""""" pipe'))
holds("another reader", read.csv(text = 'article,amount\n"5"" pipe",1\n')$article, '5" pipe')
R
echo "held: quotes double at each copy"
