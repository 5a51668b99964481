#!/usr/bin/env bash
# ruby-hashdiff 1.0.1-1, ruby 3.1 (Debian 12)
#
# The difference of two hashes, and a patch by it. A key that is a symbol or a number becomes a text in it: to change
# {state: "failed"} to {state: "good"} adds a key "state" and leaves the old state, without an error. By default 1 and
# 1.0 differ, and a row of a list that changes one of its values is removed and added.
# Seen: {:state=>"failed", "state"=>"good"}
#
# Most would guess: the second hash.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-hashdiff=1.0.1-1"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'hashdiff'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

def patched(first, second)
  Hashdiff.patch!(first.dup, Hashdiff.diff(first, second))
end
holds('texts', patched({ 'state' => 'failed' }, { 'state' => 'good' }), { 'state' => 'good' })
holds('symbols', patched({ state: 'failed' }, { state: 'good' }), { :state => 'failed', 'state' => 'good' })
holds('numbers', patched({ 1 => 5 }, { 1 => 6 }), { 1 => 5, '1' => 6 })
holds('1 and 1.0', Hashdiff.diff({ 'a' => 1 }, { 'a' => 1.0 }), [['~', 'a', 1, 1.0]])
rows = Hashdiff.diff([{ 'a' => 1, 'b' => 2 }], [{ 'a' => 1, 'b' => 3 }])
holds('rows', rows.map(&:first), ['-', '+'])
RUBY
echo "held: a patch adds a key"
