#!/usr/bin/env bash
# ruby-fugit 1.5.2-1, ruby-raabro 1.4.0-1, ruby-et-orbi 1.2.2-1, ruby-tzinfo 2.0.5-1, ruby 3.1 (Debian 12)
#
# "every day at 12am" is noon, and so is 12pm; "at midnight" is midnight. "every 90 minutes" is each hour, "every 45
# seconds" is at 0 and 45 of each minute, and "every 25 hours" is each day, without an error. "every 100 minutes" is not
# a schedule but one moment: the hundredth day of this year. 1h30 is an hour and 30 seconds.
# Seen: 0 12 * * * of "every day at 12am"
#
# Most would guess: 0 0 * * *, and no schedule for 90 minutes, which cron cannot say.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-fugit=1.5.2-1" "ruby-raabro=1.4.0-1" "ruby-et-orbi=1.2.2-1" "ruby-tzinfo=2.0.5-1" "ruby-concurrent=1.1.6*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'fugit'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

{
  'every day at 12am' => '0 12 * * *',
  'every day at 12pm' => '0 12 * * *',
  'every day at midnight' => '0 0 * * *',
  'every 90 minutes' => '0 * * * *',
  'every 45 seconds' => '0,45 * * * * *',
  'every 25 hours' => '0 0 * * *'
}.each { |text, cron| holds(text, Fugit.parse(text).to_cron_s, cron) }
moment = Fugit.parse('every 100 minutes')
holds('every 100 minutes', [moment.class.to_s, Time.at(moment.seconds).utc.yday], ['EtOrbi::EoTime', 100])
holds('1h30', Fugit.parse('1h30').to_sec, 3630)
RUBY
echo "held: midnight is noon"
