#!/usr/bin/env bash
# ruby-whenever 1.0.0-1, ruby-chronic 0.10.5-2, ruby 3.1 (Debian 12)
#
# A schedule in words that becomes a crontab. every(1.day, at: '4:30') is at 16:30, and at: '4' at 16:00, but at: 4 at
# 4:00; 25:00 is 1:00. Each 90 minutes are each hour, each 36 hours each day, each 45 minutes once an hour, and each 5
# hours at 5, 10, 15 and 20, with nine hours to the next. Each week is the 1st, 8th, 15th and 22nd, and on Monday at 5
# the same at 5. The 31st at 4:30 is the 1st at midnight.
# Seen: 30 16 * * * of every(1.day, at: '4:30')
#
# Most would guess: 30 4 * * *, and an error for what cron cannot do.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-whenever=1.0.0-1*" "ruby-chronic=0.10.5-2*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'whenever'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

def cron(time)
  table = Whenever.cron(string: "set :output, nil\nevery(#{time}) { command 'load' }")
  table.lines.grep(/load/).map { |line| line.split[0, 5].join(' ') }
end

{
  "1.day, at: '4:30 am'" => '30 4 * * *',
  "1.day, at: '4:30'" => '30 16 * * *',
  "1.day, at: '12:30'" => '30 12 * * *',
  "1.day, at: '4'" => '0 16 * * *',
  '1.day, at: 4' => '0 4 * * *',
  "1.day, at: '25:00'" => '0 1 * * *',
  '90.minutes' => '0 * * * *',
  '36.hours' => '0 0 * * *',
  '45.minutes' => '45 * * * *',
  '5.hours' => '0 5,10,15,20 * * *',
  '1.week' => '0 0 1,8,15,22 * *',
  "1.week, at: 'monday 5am'" => '0 5 1,8,15,22 * *',
  "1.month, at: '31st 4:30'" => '0 0 1 * *'
}.each { |time, expected| holds(time, cron(time), [expected]) }
RUBY
echo "held: half past four is in the afternoon"
