#!/usr/bin/env bash
# miller 6.6.0-2 (Debian 12)
#
# One text in a column of numbers has another effect on each statistic: with 10, 9 and n/a the count is 3, the sum 19,
# the mean 9.5, which is that of two, and the maximum "n/a". The median is 10, as the text counts as the largest.
# There is no error. In JSON a whole number beyond 64 bits becomes a text.
# Seen: a_count=3,a_sum=19,a_mean=9.5,a_min=9,a_max=n/a,a_median=10
#
# Most would guess: an error, or one rule for all: the text counts, or it does not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "miller=6.6.0-2*"
dpkg --extract miller_*.deb .

seen=$(printf 'a\n10\n9\nn/a\n' | ./usr/bin/mlr --icsv --odkvp stats1 -a count,sum,mean,min,max,median -f a)
large=$(printf '{"n": 12345678901234567890}' | ./usr/bin/mlr --ijson --ojsonl cat)
echo "$seen $large"
test "$seen" = "a_count=3,a_sum=19,a_mean=9.5,a_min=9,a_max=n/a,a_median=10"
test "$large" = '{"n": "12345678901234567890"}'
echo "held: the mean of three values is that of two, and their maximum a text"
