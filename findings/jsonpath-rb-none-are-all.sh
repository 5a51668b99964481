#!/usr/bin/env bash
# ruby-jsonpath 1.1.0-1, ruby 3.1 (Debian 12)
#
# A filter that is not understood finds all: so do the runs with the code -1, which are none, and the ones with 1 where
# the number is on the left. "a or b and c" is read from the left, so of 1 || 3 && 4 the 4 is found. [:-1] are all, and
# [0:0] is the first. A text "10" equals the number 10.
# Seen: all of three runs for [?(@.code==-1)]
#
# Most would guess: none of them, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-jsonpath=1.1.0-1" "ruby-multi-json=1.14.1-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib{,/*-ruby})
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'json'
require 'strscan'
require 'jsonpath'

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen != expected
end

RUNS = { 'runs' => [{ 'id' => 1, 'code' => 0 }, { 'id' => 3, 'code' => '10' }, { 'id' => 4, 'code' => 10 }] }.freeze
{
  '[?(@.code==10)]' => [3, 4],
  '[?(@.code==-1)]' => [1, 3, 4],
  '[?(0==@.code)]' => [1, 3, 4],
  '[?(@.id==1 || @.id==3)]' => [1, 3],
  '[?(@.id==1 || @.id==3 && @.id==4)]' => [4],
  '[:-1]' => [1, 3, 4],
  '[0:0]' => [1]
}.each { |filter, ids| holds(filter, JsonPath.new("$.runs#{filter}.id").on(RUNS), ids) }
RUBY
echo "held: of none all are found"
