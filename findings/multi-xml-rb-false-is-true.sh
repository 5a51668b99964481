#!/usr/bin/env bash
# ruby-multi-xml 0.6.0, ruby-ox 2.14.9-1, ruby 3.1 (Debian 12)
#
# XML as Ruby on Rails writes it has types. A boolean is false if it is "false" or "0", and true else: False, no, off
# and an empty element are true. An empty integer, and n/a, is 0, 1,000 is 1 and 1.7 is 1, while a decimal is an error.
# Of the elements a-b and a_b the last one is left, and of a list with two kinds of elements those of one kind. An
# attribute and an element of one name are a list.
# Seen: true of <b type="boolean">False</b>
#
# Most would guess: false, nil for what is empty, and an error for n/a, as for a decimal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-multi-xml=0.6.0*" "ruby-ox=2.14.9-1*"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'multi_xml'

MultiXml.parser = :ox

def holds(xml, expected)
  seen = MultiXml.parse("<a>#{xml}</a>")['a']
  puts "#{xml}: #{seen}"
  abort 'changed' if seen != expected
end

%w[False no off n/a].each { |text| holds("<b type=\"boolean\">#{text}</b>", { 'b' => true }) }
holds('<b type="boolean"></b>', { 'b' => true })
holds('<b type="boolean">false</b>', { 'b' => false })
{ '' => 0, 'n/a' => 0, '1,000' => 1, '1.7' => 1 }.each do |text, number|
  holds("<b type=\"integer\">#{text}</b>", { 'b' => number })
end
holds('<a-b>1</a-b><a_b>2</a_b>', { 'a_b' => '2' })
holds('<b type="array"><c>1</c><c>2</c><d>3</d></b>', { 'b' => %w[1 2] })
holds('<b c="1"><c>2</c></b>', { 'b' => { 'c' => %w[1 2] } })
RUBY
echo "held: false is true"
