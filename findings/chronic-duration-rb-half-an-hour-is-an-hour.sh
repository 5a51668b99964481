#!/usr/bin/env bash
# ruby-chronic-duration 0.10.6.2-2 (gitlab-chronic-duration), ruby-numerizer 0.2.0-2, ruby 3.1 (Debian 12)
#
# Words that are not known are dropped, and so is a minus: "half an hour" is an hour, "-5 minutes" are five, "500 ms"
# are 500 seconds, "1 fortnight" is a second, 1h30 is an hour and 30 seconds, and "1,5 hours" are five. 30 days are a
# month without weeks, and a month and two days with them, so what is written and read again is two days more.
# Seen: 3600 of "half an hour"; "1 mo 2 days" of 30 days
#
# Most would guess: 1800; and 4 weeks and 2 days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-chronic-duration=0.10.6.2-2" "ruby-numerizer=0.2.0-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'gitlab_chronic_duration'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

{
  'half an hour' => 3600,
  '1.5 hours' => 5400,
  '1,5 hours' => 18_000,
  '-5 minutes' => 300,
  '500 ms' => 500,
  '1 fortnight' => 1,
  '1h30' => 3630
}.each { |text, seconds| holds(text, ChronicDuration.parse(text), seconds) }
month = 30 * 86_400
holds('30 days', ChronicDuration.output(month), '1 mo')
holds('30 days in weeks', ChronicDuration.output(month, weeks: true), '1 mo 2 days')
holds('read again', ChronicDuration.parse(ChronicDuration.output(month, weeks: true)), month + (2 * 86_400))
RUBY
echo "held: half an hour is an hour"
