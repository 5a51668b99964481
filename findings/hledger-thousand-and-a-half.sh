#!/usr/bin/env bash
# hledger 1.25-2 (Debian 12)
#
# A single comma in an amount is its decimal mark, and a single point, too, each amount on its own. So a thousand
# euros that are written 1,000 and one fifty, 1.50, are 2.50 together. They are shown in the style of the first, as
# 2,500 EUR, which looks like a sum of thousands. `decimal-mark .` at the top of the file makes it 1,001.50.
# Seen: 2,500 EUR of 1,000 EUR and 1.50 EUR
#
# Most would guess: 1,001.50 EUR, as of an amount of 1,000.00, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "hledger=1.25-2*"
dpkg --extract hledger_*.deb .

cat >year.journal <<'JOURNAL'
2024-01-15 rent
    expenses    1,000 EUR
    bank

2024-01-16 stamp
    expenses    1.50 EUR
    bank
JOURNAL
total() { LC_ALL=C.UTF-8 ./usr/bin/hledger -f - balance --no-total expenses | awk '{print $1}'; }
guessed=$(total <year.journal)
declared=$( (echo 'decimal-mark .'; cat year.journal) | total)
echo "$guessed $declared"
test "$guessed" = "2,500"
test "$declared" = "1,001.50"
echo "held: 1,000 and 1.50 are 2,500"
