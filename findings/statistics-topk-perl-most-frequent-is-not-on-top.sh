#!/usr/bin/env bash
# libstatistics-topk-perl 0.02-2, libmath-vecstat-perl 0.08-3, perl 5.36 (Debian 12)
#
# Of ten values of which one is there three times, and all others once, the two most frequent are the last two, with one
# each, and the same values in another order have another result. The counts are lower bounds by the algorithm, and the
# name is of the top. The median of 1 and 9 is 9 in Math::VecStat, that of 1 to 4 is 3.
# Seen: g and h of a, a, a, b, c, d, e, f, g, h
#
# Most would guess: a with 3.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libstatistics-topk-perl=0.02-2" \
    "libmath-vecstat-perl=0.08-3"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Math::VecStat;
use Statistics::TopK;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

sub top {
    my $counter = Statistics::TopK->new(2);
    $counter->add($_) for @_;
    my %counts = $counter->counts;
    return join(' ', map { "$_=$counts{$_}" } sort keys %counts);
}
holds('first', top(qw(a a a b c d e f g h)), 'g=1 h=1');
holds('mixed', top(qw(a b c d a e f g a h)), 'a=1 h=1');
holds('median', Math::VecStat::median([1, 9])->[0], 9);
PERL
echo "held: the most frequent is not on top"
