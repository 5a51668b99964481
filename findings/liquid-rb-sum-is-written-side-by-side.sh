#!/usr/bin/env bash
# ruby-liquid 5.4.0-3, ruby 3.1 (Debian 12)
#
# A filter that does not exist is left out, and a list is written without anything between its values. This release has
# no "sum": the sum of 1, 2 and 3 is 123, and that of 10.5 and 20 is 10.520. A text with a comma for thousands counts up
# to it, so that "1,000" plus 1 is 2, and "1e3" plus 1 is 2. 1700000000 is formatted as a day, and 1700000000.9 is not.
# Seen: 123 of {{ amounts | sum }}
#
# Most would guess: 6, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-liquid=5.4.0-3"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'date'
require 'time'
require 'bigdecimal'
require 'liquid'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

def render(text, values = {}) = Liquid::Template.parse(text).render(values)

holds('sum', render('{{ amounts | sum }}', 'amounts' => [1, 2, 3]), '123')
holds('sum of fractions', render('{{ amounts | sum }}', 'amounts' => [10.5, 20]), '10.520')
holds('"1,000" plus 1', render('{{ "1,000" | plus: 1 }}'), '2')
holds('"1e3" plus 1', render('{{ "1e3" | plus: 1 }}'), '2')
holds('1700000000', render('{{ 1700000000 | date: "%F" }}'), '2023-11-14')
holds('1700000000.9', render('{{ 1700000000.9 | date: "%F" }}'), '1700000000.9')
RUBY
echo "held: the sum of 1, 2 and 3 is 123"
