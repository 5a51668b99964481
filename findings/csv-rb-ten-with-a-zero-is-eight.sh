#!/usr/bin/env bash
# ruby-csv 3.2.2-1, ruby 3.1 (Debian 12)
#
# The converter for numbers reads a field as Ruby reads source code: 010 is 8, the postal code 01067 is 567, and 08 is
# no octal number and so 8.0, a float. 0x1A is 26, 0b11 is 3 and 1_000 is 1000. With "08" and "010" in one column the
# two are equal and sorted before 9.
# Seen: 7, 8.0, 9.0, 8 of 07, 08, 09, 010
#
# Most would guess: 7, 8, 9 and 10.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-csv=3.2.2-1"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'csv'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

def numbers(line) = CSV.parse_line(line, converters: :numeric)

holds('months', numbers('07,08,09,010'), [7, 8.0, 9.0, 8])
holds('class of 08', numbers('08').first.class, Float)
holds('postal codes', numbers('01067,99084'), [567, 99_084])
holds('others', numbers('0x1A,0b11,1_000'), [26, 3, 1000])
RUBY
echo "held: 010 is 8"
