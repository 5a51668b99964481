#!/usr/bin/env bash
# ruby-activesupport 6.1.7.10, ruby-tzinfo 2.0.5-1, ruby 3.1 (Debian 12)
#
# Day 60 of 2024 in ISO 8601, 2024-060, is 29 February as a date, today's day and month in 2024 as a time, and the first
# of this month in 2024 by the zone. Week 5, 2024-W05, is 29 January as a date, no time, and this midnight by the zone.
# 30 February is 1 March as a time, and an error as a date. A decimal is a text in JSON: "1.1" of 1.10.
# Seen: three days of 2024-060
#
# Most would guess: 29 February by all, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-activesupport=2:6.1.7.10*" "ruby-i18n" "ruby-concurrent=1.1.6*" "ruby-tzinfo=2.0.5-1"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems -W0 - <<'RUBY'
require 'logger'
require 'active_support'
require 'active_support/time'
require 'active_support/json'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

Time.zone = 'UTC'
today = Time.now.utc
holds('as a date', '2024-060'.to_date.iso8601, '2024-02-29')
holds('as a time', '2024-060'.to_time.strftime('%F'), today.strftime('2024-%m-%d'))
holds('by the zone', Time.zone.parse('2024-060').strftime('%F'), today.strftime('2024-%m-01'))
holds('week as a date', '2024-W05'.to_date.iso8601, '2024-01-29')
holds('week as a time', '2024-W05'.to_time, nil)
holds('week by the zone', Time.zone.parse('2024-W05').strftime('%F'), today.strftime('%F'))
holds('30 February', '2024-02-30'.to_time.strftime('%F'), '2024-03-01')
holds('decimal', BigDecimal('1.10').to_json, '"1.1"')
RUBY
echo "held: day sixty is three days"
