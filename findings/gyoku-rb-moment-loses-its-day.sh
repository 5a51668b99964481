#!/usr/bin/env bash
# ruby-gyoku 1.3.1-1.1, ruby-builder 3.2.4-2, ruby 3.1 (Debian 12)
#
# A Time is written as the time of its day, without the day and the zone. A DateTime of the same moment is written
# whole. Its README says that what can be made a DateTime is written as one, which a Time can; its list of changes shows
# the time alone. An empty list is left out.
# Seen: <at>06:00:00</at> of Time.utc(2024, 3, 5, 6)
#
# Most would guess: <at>2024-03-05T06:00:00+00:00</at>, as from the DateTime.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-gyoku=1.3.1-1.1" "ruby-builder=3.2.4-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'date'
require 'time'
require 'gyoku'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

holds('Time', Gyoku.xml(at: Time.utc(2024, 3, 5, 6)), '<at>06:00:00</at>')
holds('DateTime', Gyoku.xml(at: Time.utc(2024, 3, 5, 6).to_datetime), '<at>2024-03-05T06:00:00+00:00</at>')
holds('Date', Gyoku.xml(at: Date.new(2024, 3, 5)), '<at>2024-03-05</at>')
holds('another day', Gyoku.xml(at: Time.utc(1999, 12, 31, 6)), '<at>06:00:00</at>')
holds('empty list', Gyoku.xml(runs: []), '')
RUBY
echo "held: a moment loses its day"
