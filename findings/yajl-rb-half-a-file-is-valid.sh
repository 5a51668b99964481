#!/usr/bin/env bash
# ruby-yajl 1.4.3-1, ruby 3.1 (Debian 12)
#
# JSON that ends too early, as a file that was cut while it was copied, is no error: what was read last is the value.
# {"rows":120 is the same as with its bracket, [1,2, is a list of two, of a list of two rows that is cut in the second
# the value is that row alone, and of {"rows": it is the text "rows". A bracket too many is an error. 1e400 is
# infinite, and comments are read.
# Seen: {"id"=>2} of [{"id":1},{"id":2
#
# Most would guess: an error, as by Ruby's own reader.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-yajl=1.4.3-1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'json'
require 'yajl'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

{
  '{"rows":120' => { 'rows' => 120 },
  '[1,2,' => [1, 2],
  '[{"id":1},{"id":2' => { 'id' => 2 },
  '{"rows":' => 'rows',
  '{"rows":[1,2' => [1, 2]
}.each do |text, expected|
  holds(text, Yajl::Parser.parse(text), expected)
  begin
    JSON.parse(text)
    abort 'changed'
  rescue JSON::ParserError
    puts '  an error of json'
  end
end
begin
  Yajl::Parser.parse('[1,2]]')
  abort 'changed'
rescue Yajl::ParseError
  puts 'a bracket too many: an error'
end
holds('1e400', Yajl::Parser.parse('[1e400]'), [Float::INFINITY])
holds('comment', Yajl::Parser.parse('[1 /* one */]'), [1])
RUBY
echo "held: half a file is valid"
