#!/usr/bin/env bash
# ruby-numerizer 0.2.0-2, ruby 3.1 (Debian 12)
#
# Words for numbers in a text become digits. A number with a point is followed by the zeros of a million: 1.5 million is
# "1.5000000", which is one and a half, and 2.5 thousand "2.5000". "One million five hundred" is 1000500. The year
# nineteen eighty-four is "19 80 4", one point five "1 point 5", and two and a half hours are "2.5 hours", but half an
# hour stays.
# Seen: "1.5000000" of "1.5 million"
#
# Most would guess: 1500000.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-numerizer=0.2.0-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'numerizer'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

{
  'two million' => '2000000',
  '1.5 million' => '1.5000000',
  '2.5 thousand rows' => '2.5000 rows',
  'one million five hundred' => '1000500',
  'nineteen eighty-four' => '19 80 4',
  'one point five' => '1 point 5',
  'two and a half hours' => '2.5 hours',
  'half an hour' => 'half an hour'
}.each { |text, expected| holds(text, Numerizer.numerize(text), expected) }
holds('as a number', Numerizer.numerize('1.5 million').to_f, 1.5)
RUBY
echo "held: one and a half million are one and a half"
