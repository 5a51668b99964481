#!/usr/bin/env bash
# ruby-toml-rb 2.2.0, ruby 3.1 (Debian 12)
#
# A time is written with its clock and a Z, whatever its zone: 10:00 two hours east of UTC is 10:00 in UTC, two hours
# later, and half a second is left out. It is read with its zone. A day is read as an instant in UTC, a time of day as
# one of 1970, and what is missing is written as nil and infinity as Infinity, which cannot be read.
# Seen: a = 2024-01-02T10:00:00Z of 10:00 at +02:00
#
# Most would guess: 2024-01-02T10:00:00+02:00, as it was read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-toml-rb=2.2.0*" "ruby-citrus"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'toml-rb'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

text = 'a = 2024-01-02T10:00:00+02:00'
settings = TomlRB.parse(text)
holds('read', settings['a'], Time.utc(2024, 1, 2, 8))
holds('written', TomlRB.dump(settings).strip, 'a = 2024-01-02T10:00:00Z')
holds('and read', TomlRB.parse(TomlRB.dump(settings))['a'] - settings['a'], 7200.0)
holds('half a second', TomlRB.dump(TomlRB.parse('a = 2024-01-02T10:00:00.5Z')).strip, 'a = 2024-01-02T10:00:00Z')
holds('day', TomlRB.parse('a = 2024-01-02')['a'], Time.utc(2024, 1, 2))
holds('time of day', TomlRB.parse('a = 10:30:00')['a'].strftime('%F %T'), '1970-01-01 10:30:00')
holds('missing', TomlRB.dump('a' => nil).strip, 'a = nil')
RUBY
echo "held: ten o'clock two hours east is ten in UTC"
