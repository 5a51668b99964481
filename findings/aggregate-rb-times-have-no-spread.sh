#!/usr/bin/env bash
# ruby-aggregate 0.2.3-1, ruby 3.1 (Debian 12)
#
# Running statistics. The spread is the difference of two large sums, so that of three Unix times, each a second after
# the other, is 0, as is that of 100000000, 100000001 and 100000002, and of 200000000, 200000005 and 200000010 it is
# 4.9. Three times 1000.1 are an error, the root of a negative number. Readings below 1 are in no bucket of the
# histogram, and are counted and in the mean.
# Seen: a spread of 0
#
# Most would guess: 1, 1 and 5, and 0 for three equal values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-aggregate=0.2.3-1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'aggregate'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

def of(values)
  values.each_with_object(Aggregate.new) { |value, aggregate| aggregate << value }
end

holds('mean', of([1_704_153_600, 1_704_153_601, 1_704_153_602]).mean, 1_704_153_601.0)
holds('spread of times', of([1_704_153_600, 1_704_153_601, 1_704_153_602]).std_dev, 0.0)
holds('spread of 1, 2, 3', of([1, 2, 3]).std_dev, 1.0)
holds('spread of 100,000,001', of([100_000_000, 100_000_001, 100_000_002]).std_dev, 0.0)
holds('spread of 5', of([200_000_000, 200_000_005, 200_000_010]).std_dev.round(1), 4.9)
begin
  of([1000.1, 1000.1, 1000.1]).std_dev
  abort 'changed'
rescue Math::DomainError
  puts 'spread of equals: an error'
end
small = of([0.2, 0.5, 0.7])
holds('small', small.count, 3)
buckets = []
small.each_nonzero { |bucket, count| buckets << [bucket, count] }
holds('buckets', buckets, [])
RUBY
echo "held: times have no spread"
