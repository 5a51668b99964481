#!/usr/bin/env bash
# ruby-ice-cube 0.16.4-3, ruby 3.1 (Debian 12)
#
# From an iCalendar text BYSETPOS is left out, so that the last working day of a month is each working day. DURATION is
# left out, too, so that an event of an hour takes none; with DTEND it takes an hour. A TZID is left out where Rails is
# not loaded: nine o'clock in New York is nine o'clock of the host.
# Seen: 2, 3 and 4 January of FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1
#
# Most would guess: 31 January, 29 February and 29 March, or an error, as for BYWEEKNO.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-ice-cube=0.16.4-3"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=Europe/Berlin ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'date'
require 'time'
require 'delegate'
require 'ice_cube'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

def schedule(*lines) = IceCube::Schedule.from_ical(lines.join("\n"))
def times(*lines) = schedule(*lines).all_occurrences.map { |time| time.strftime('%m-%d %H:%M %z') }

start = 'DTSTART:20240102T090000Z'
last = times(start, 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3')
holds('last working day', last, ['01-02 09:00 +0000', '01-03 09:00 +0000', '01-04 09:00 +0000'])
daily = 'RRULE:FREQ=DAILY;COUNT=1'
holds('DURATION', schedule(start, 'DURATION:PT1H', daily).duration, 0)
holds('DTEND', schedule(start, 'DTEND:20240102T100000Z', daily).duration, 3600)
holds('New York', times('DTSTART;TZID=America/New_York:20240102T090000', daily), ['01-02 09:00 +0100'])
RUBY
echo "held: the last working day is each working day"
