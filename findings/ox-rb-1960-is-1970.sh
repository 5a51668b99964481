#!/usr/bin/env bash
# ruby-ox 2.14.9-1, ruby 3.1 (Debian 12)
#
# A time before 1970 is written as its fraction of a second alone, so each birthday before it is the first instant of
# 1970. With xsd_date the day is right, and three quarters of a second are three quarters of a millisecond when they are
# read. A float has 16 digits, so 0.1 + 0.2 is 0.3, and a line break or two blanks in a text are read as one blank.
# Seen: <t>.000000000</t> of 1960-01-01, read as 1970-01-01
#
# Most would guess: the time, the float and the text that were written, as of 1970 and later.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-ox=2.14.9-1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'ox'
require 'time'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

def copy(value, **options)
  Ox.parse_obj(Ox.dump(value, **options))
end

holds('written', Ox.dump(Time.utc(1960, 1, 1)).strip, '<t>.000000000</t>')
holds('1960', copy(Time.utc(1960, 1, 1)), Time.utc(1970, 1, 1))
holds('1969', copy(Time.utc(1969, 12, 31, 23, 59, 59)), Time.utc(1970, 1, 1))
holds('2024', copy(Time.utc(2024, 1, 1)), Time.utc(2024, 1, 1))
fraction = Time.utc(2024, 1, 1, 10, 0, Rational(3, 4))
holds('fraction', copy(fraction), fraction)
holds('fraction by xsd_date', copy(fraction, xsd_date: true).usec, 750)
holds('float', copy(0.1 + 0.2), 0.3)
holds('text', [copy("a\nb"), copy('a  b')], ['a b', 'a b'])
RUBY
echo "held: 1960 is 1970"
