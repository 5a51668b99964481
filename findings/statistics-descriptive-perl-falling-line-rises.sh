#!/usr/bin/env bash
# libstatistics-descriptive-perl 3.0800-1, liblist-moreutils-perl 0.430-2, libexporter-tiny-perl 1.006000-1, perl 5.36
# (Debian 12)
#
# A line through 30, 20 and 10 falls by 10. Once someone has asked for the median the data are sorted in place, and the
# line through the same data rises by 10. So do a percentile and a trimmed mean. "n/a" is the minimum of 1, "n/a" and 3,
# and counts as 0 in their mean.
# Seen: -10 before the median, 10 after it
#
# Most would guess: the same line, as a median is asked for and not a sort.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libstatistics-descriptive-perl=3.0800-1" \
    "liblist-moreutils-perl=0.430-2" "libexporter-tiny-perl=1.006000-1"
for package in *.deb; do dpkg --extract "$package" .; done

perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Statistics::Descriptive;

sub of { my $data = Statistics::Descriptive::Full->new; $data->add_data(@_); $data }
local $SIG{__WARN__} = sub { };
sub slope { my (undef, $slope) = $_[0]->least_squares_fit; $slope }
sub holds { my ($seen, $expected) = @_; print "$seen\n"; die "changed\n" if $seen ne $expected }

my $falling = of(30, 20, 10);
holds(slope($falling), -10);
holds($falling->median, 20);
holds(slope($falling), 10);
my $another = of(30, 20, 10);
my $part = $another->percentile(50);
holds(slope($another), 10);
holds(of(1, 'n/a', 3)->min, 'n/a');
holds(sprintf('%.2f', of(1, 'n/a', 3)->mean), '1.33');
PERL
echo "held: a falling line rises after the median"
