#!/usr/bin/env bash
# ruby-iso8601 0.13.0-1, ruby 3.1 (Debian 12)
#
# A time is written with one digit of its fraction, and its second has only that, though the time in seconds has all. So
# two times within a tenth of a second have the same text and are not equal, and what is written is not what was read. A
# month up to 31 March begins on 2 March, and a month from 31 March ends on 1 May.
# Seen: 2024-01-31T10:30:15.1+00:00 of 2024-01-31T10:30:15.123456Z
#
# Most would guess: 15.123456, and the end of February and of April.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-iso8601=0.13.0-1"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'set'
require 'time'
require 'iso8601'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

exact = ISO8601::DateTime.new('2024-01-31T10:30:15.123456Z')
tenth = ISO8601::DateTime.new('2024-01-31T10:30:15.1Z')
holds('written', exact.to_s, '2024-01-31T10:30:15.1+00:00')
holds('second', exact.second, 15.1)
holds('same text', exact.to_s == tenth.to_s, true)
holds('equal', exact == tenth, false)
before = ISO8601::TimeInterval.parse('P1M/2024-03-31T00:00:00Z')
holds('a month up to 31 March', before.start_time.to_s, '2024-03-02T00:00:00+00:00')
after = ISO8601::TimeInterval.parse('2024-03-31T00:00:00Z/P1M')
holds('a month from 31 March', after.end_time.to_s, '2024-05-01T00:00:00+00:00')
RUBY
echo "held: microseconds are tenths of a second"
