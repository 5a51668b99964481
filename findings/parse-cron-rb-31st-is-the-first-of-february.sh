#!/usr/bin/env bash
# ruby-parse-cron 0.1.4-1.1, ruby 3.1 (Debian 12)
#
# A job of the 31st runs on the first day of a month that has no 31st: after 31 January it is due on 1 February. One of
# 29 February is due on 1 February in the other years, and one of 31 April on 1 April each year. A range of hours that
# passes midnight, 22-2, is midnight alone. The last 29 February before 2024 is 1 February 2022.
# Seen: 31 Jan, 1 Feb, 31 Mar, 1 Apr, 31 May, 1 Jun of "0 0 31 * *"
#
# Most would guess: seven months with a 31st, and a leap year for 29 February.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-parse-cron=0.1.4-1.1"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'cron_parser'

def holds(line, start, format, expected)
  parser = CronParser.new(line)
  instant = start
  seen = (1..expected.split.size).map { (instant = parser.next(instant)).strftime(format) }.join(' ')
  puts "#{line}: #{seen}"
  abort 'changed' if seen != expected
end

start = Time.utc(2024, 1, 1)
holds('0 0 31 * *', start, '%m-%d', '01-31 02-01 03-31 04-01 05-31 06-01 07-31 08-31 09-01')
holds('0 0 29 2 *', start, '%F', '2024-02-29 2025-02-01 2026-02-01 2027-02-01 2028-02-29')
holds('0 0 31 4 *', start, '%F', '2025-04-01 2026-04-01')
holds('0 22-2 * * *', start, '%dT%H', '02T00 03T00')
before = CronParser.new('0 0 29 2 *').last(Time.utc(2024, 1, 31)).strftime('%F')
puts "29 February before: #{before}"
abort 'changed' if before != '2022-02-01'
RUBY
echo "held: the 31st is the first of February"
