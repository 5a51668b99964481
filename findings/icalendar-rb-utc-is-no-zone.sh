#!/usr/bin/env bash
# ruby-icalendar 2.8.0-1, ruby 3.1 (Debian 12)
#
# A time in UTC is written without its Z, and a time with an offset without the offset: an event at 09:00 UTC is at
# 09:00 of whoever reads it. It is written with a Z where 'tzid' => 'UTC' is given. A field of another program that has
# two values, as X-HOSTS:1,2, is written as one text with a comma in it.
# Seen: DTSTART:20240305T090000 of Time.utc(2024, 3, 5, 9)
#
# Most would guess: DTSTART:20240305T090000Z.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-icalendar=2.8.0-1" "ruby-ice-cube=0.16.4-3" "ruby-tzinfo=2.0.5-1" "ruby-concurrent=1.1.6*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'date'
require 'time'
require 'delegate'
require 'stringio'
require 'icalendar'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

def written(start)
  event = Icalendar::Event.new
  event.dtstart = start
  event.to_ical[/DTSTART.*/].strip
end

local = 'DTSTART:20240305T090000'
holds('UTC', written(Time.utc(2024, 3, 5, 9)), local)
holds('two hours ahead', written(Time.new(2024, 3, 5, 9, 0, 0, '+02:00')), local)
named = Icalendar::Values::DateTime.new(Time.utc(2024, 3, 5, 9), 'tzid' => 'UTC')
holds('named', written(named), 'DTSTART:20240305T090000Z')
lines = %w[BEGIN:VCALENDAR BEGIN:VEVENT UID:1 DTSTAMP:20240101T000000Z X-HOSTS:1,2 END:VEVENT
           END:VCALENDAR]
again = Icalendar::Calendar.parse(lines.join("\r\n")).first.events.first.to_ical
holds('hosts', again[/X-HOSTS.*/].strip, 'X-HOSTS:1\\,2')
RUBY
echo "held: nine o'clock UTC is nine o'clock of anywhere"
