#!/usr/bin/env bash
# ruby-deep-merge 1.1.1-2, ruby 3.1 (Debian 12)
#
# Settings that are merged into defaults. deep_merge(), without an exclamation mark, changes the defaults themselves,
# and those below a copy by dup as well: the hosts of the first call are in the second, which has all three. Lists are
# joined, and an empty one and a missing value take nothing away. A number that is set already stays, and by
# deep_merge!() it is replaced.
# Seen: a, b, c of the hosts of the second call
#
# Most would guess: a and c, or c alone, as merge() of Ruby leaves a hash as it is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-deep-merge=1.1.1-2*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'deep_merge'

def holds(text, seen, expected)
  puts "#{text}: #{seen.inspect}"
  abort 'changed' if seen != expected
end

defaults = { 'hosts' => ['a'], 'port' => 80 }
first = defaults.deep_merge('hosts' => ['b'], 'port' => 8080)
second = defaults.deep_merge('hosts' => ['c'])
holds('second', second['hosts'], %w[a b c])
holds('first', first['hosts'], %w[a b c])
holds('defaults', defaults['hosts'], %w[a b c])
holds('port', first['port'], 80)
holds('port by !', { 'port' => 80 }.deep_merge!('port' => 8080)['port'], 8080)
nested = { 'db' => { 'hosts' => ['a'] } }
nested.dup.deep_merge('db' => { 'hosts' => ['b'] })
holds('copied', nested, { 'db' => { 'hosts' => %w[a b] } })
holds('empty list', { 'hosts' => ['a'] }.deep_merge!('hosts' => []), { 'hosts' => ['a'] })
holds('missing', { 'hosts' => ['a'] }.deep_merge!('hosts' => nil), { 'hosts' => ['a'] })
RUBY
echo "held: a host of the last call stays"
