#!/usr/bin/env bash
# ruby-oj 3.14.2-1, ruby 3.1 (Debian 12)
#
# In its default mode the JSON writer has NaN as 3.3e14159265358979323846, digits of pi, and infinity as 3.0e and the
# same. Ruby's own reader, like most others, reads infinity from both. A float has 15 digits, so a Unix time with
# microseconds is moved, in the modes strict, null and custom as well, and an hour east of UTC is an instant in UTC. A
# hash whose key is ^t is read as a time, and a complex number as 0.
# Seen: 3.3e14159265358979323846 of NaN, 1700000000.12346 of 1700000000.1234567
#
# Most would guess: null or an error for NaN, and a float that is read as it was, as in the mode compat.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-oj=3.14.2-1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$LD_LIBRARY_PATH"/rubygems-integration/3.1.0/{gems/*/lib,extensions/*/3.1.0/*})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'json'
require 'oj'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

holds('mode', Oj.default_options[:mode], :object)
holds('NaN', Oj.dump([Float::NAN]), '[3.3e14159265358979323846]')
holds('infinity', Oj.dump([Float::INFINITY]), '[3.0e14159265358979323846]')
holds('read', JSON.parse(Oj.dump([Float::NAN])), [Float::INFINITY])
holds('custom', Oj.dump([Float::NAN], mode: :custom), '[3.3e14159265358979323846]')
time = 1_700_000_000.1234567
holds('Unix time', Oj.dump([time]), '[1700000000.12346]')
holds('strict', Oj.dump([time], mode: :strict), '[1700000000.12346]')
holds('compat', Oj.dump([time], mode: :compat), '[1700000000.1234567]')
holds('a key', Oj.load(Oj.dump({ '^t' => 1 })), Time.at(1))
holds('complex', Oj.load(Oj.dump(Complex(0, 1))), 0)
RUBY
echo "held: what is not a number is written as pi"
