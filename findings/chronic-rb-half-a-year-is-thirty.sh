#!/usr/bin/env bash
# ruby-chronic 0.10.5-2, ruby 3.1 (Debian 12)
#
# On 31 March 2024 at 14:00 "half a year ago" is 1994, thirty years back. "half an hour ago" is 8 o'clock of the day
# before, "quarter of an hour ago" is 23:00 of it, and "last quarter" and "last 3 days" are 15:00 of it. "2.5 days ago"
# is nil, as what it does not know should be. "1 month ago" is right.
# Seen: 1994-03-31 14:00 of "half a year ago"
#
# Most would guess: the end of September 2023, or nil.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-chronic=0.10.5-2" "ruby-numerizer=0.2.0-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'chronic'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

now = Time.utc(2024, 3, 31, 14)
{
  '1 month ago' => '2024-02-29 14:00',
  'half a year ago' => '1994-03-31 14:00',
  'half an hour ago' => '2024-03-30 08:00',
  'quarter of an hour ago' => '2024-03-30 23:00',
  'last quarter' => '2024-03-30 15:00',
  'last 3 days' => '2024-03-30 15:00'
}.each { |text, time| holds(text, Chronic.parse(text, now: now).strftime('%F %H:%M'), time) }
holds('2.5 days ago', Chronic.parse('2.5 days ago', now: now), nil)
RUBY
echo "held: half a year ago is thirty years ago"
