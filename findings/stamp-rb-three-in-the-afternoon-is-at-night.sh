#!/usr/bin/env bash
# ruby-stamp 0.6.0-1.1, ruby 3.1 (Debian 12)
#
# A time is written in the form of an example, and the numbers of the example say which part they are. By the example
# 2024-01-02 10:00 the time 15:04 is 03:04, as an hour up to 12 is one of half a day, and by 23:59 it is 15:04. By
# 2024-12-31T23:59:59Z each day is the 31st, as its day is not understood in front of a T, and +0000 is +2024. May is
# the full name of a month, and Jan the short one.
# Seen: 2024-03-05 03:04 of 15:04
#
# Most would guess: 2024-03-05 15:04, as the example has no AM, and the 5th.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-stamp=0.6.0-1.1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'stamp'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

time = Time.utc(2024, 3, 5, 15, 4, 9)
{
  '2024-01-02 10:00' => '2024-03-05 03:04',
  '2024-12-31 23:59' => '2024-03-05 15:04',
  '10:00 AM' => '03:04 PM',
  '2024-12-31T23:59:59Z' => '2024-03-31T15:04:09Z',
  '2024-12-31 23:59:59 +0000' => '2024-03-05 15:04:09 +2024',
  'Jan 2024' => 'Mar 2024',
  'May 2024' => 'March 2024'
}.each { |example, expected| holds(example, time.stamp(example), expected) }
RUBY
echo "held: three in the afternoon is at night"
