#!/usr/bin/env bash
# libstatistics-basic-perl 1.6611-3, perl 5.36 (Debian 12)
#
# What a mean is as a text has two digits behind the point and commas for thousands: in a line of a CSV that of 1234567
# and 1234568 is two columns too many, and that of 0.001 and 0.002 is 0. The number is whole in a computation, so a
# comparison with == holds where one of the texts does not. As the key of a hash it is "1,000".
# Seen: 1,234,567.5 and 0
#
# Most would guess: 1234567.5 and 0.0015.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libstatistics-basic-perl=1.6611-3" \
    "libnumber-format-perl"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Statistics::Basic qw(mean stddev);

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

holds('a line', join(',', 'run', mean([1234567, 1234568])), 'run,1,234,567.5');
holds('small', mean([0.001, 0.002]), '0');
holds('computed', mean([0.001, 0.002]) + 0, 0.0015);
my %by_mean = (mean([999, 1001]) => 1);
holds('key', join(' ', keys %by_mean), '1,000');
holds('equal', mean([999, 1001]) == 1000 ? 'yes' : 'no', 'yes');
PERL
echo "held: a mean is two columns"
