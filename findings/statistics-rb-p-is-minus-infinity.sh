#!/usr/bin/env bash
# ruby-statistics 2.1.1-2, ruby 3.1 (Debian 12)
#
# A chi-squared test of two groups has a p of minus infinity, whatever was counted, and rejects what is almost as
# expected; one of three groups has it where the counts differ by one in a hundred. Groups just as expected have NaN,
# and then the hypothesis and its alternative are both false. A paired test whose second values are the larger ones has
# a p of 1.77. A rank correlation of amounts in the same order is -242, and one with ties 0.7.
# Seen: -Infinity of 101 and 99, where 100 and 100 are expected
#
# Most would guess: 0.89, 1, 0.23, 1 and 0.95.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "ruby3.1=3.1*" "libruby3.1=3.1*" \
    "ruby-statistics=2.1.1-2"
for package in *.deb; do dpkg --extract "$package" .; done
LD_LIBRARY_PATH=$(dirname "$folder"/usr/lib/*/libruby-3.1.so.3.1)
RUBYLIB=$(printf '%s:' "$folder"/usr/lib/ruby/{vendor_ruby,3.1.0} "$LD_LIBRARY_PATH"/ruby/{,vendor_ruby/}3.1.0 \
    "$folder"/usr/share/rubygems-integration/all/gems/*/lib)
export LD_LIBRARY_PATH RUBYLIB

TZ=UTC ./usr/bin/ruby3.1 --disable-gems - <<'RUBY'
require 'statistics'
include Statistics

def holds(text, seen, expected)
  puts "#{text}: #{seen}"
  abort 'changed' if seen.to_s != expected.to_s
end

two = StatisticalTest::ChiSquaredTest.goodness_of_fit(0.05, [100, 100], [101, 99])
holds('two groups', two[:p_value], -Float::INFINITY)
holds('rejected', two[:alternative], true)
three = StatisticalTest::ChiSquaredTest.goodness_of_fit(0.05, [100, 100, 100], [101, 99, 100])
holds('three groups', three[:p_value], -Float::INFINITY)
far = StatisticalTest::ChiSquaredTest.goodness_of_fit(0.05, [15, 15, 15], [10, 20, 15])
holds('far from it', far[:p_value].round(2), 0.19)
same = StatisticalTest::ChiSquaredTest.goodness_of_fit(0.05, [10, 20, 30], [10, 20, 30])
holds('as expected', [same[:p_value], same[:null], same[:alternative]], [Float::NAN, false, false])
paired = StatisticalTest::TTest.paired_test(0.05, :two_tail, [1, 2, 3], [2, 4, 3])
holds('paired', paired[:p_value].round(2), 1.77)
turned = StatisticalTest::TTest.paired_test(0.05, :two_tail, [2, 4, 3], [1, 2, 3])
holds('turned round', turned[:p_value].round(2), 0.23)
holds('rising', SpearmanRankCoefficient.coefficient([10, 20, 30, 40], [1, 2, 3, 4]), -242.0)
holds('ties', SpearmanRankCoefficient.coefficient([1, 1, 2, 3], [1, 2, 3, 4]), 0.7)
RUBY
echo "held: p is minus infinity"
