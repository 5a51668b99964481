#!/usr/bin/env bash
# libnumber-tolerant-perl 1.710-1 (Debian 12)
#
# Limits of the kind "-10 +/- 10%". Its lower end is -9 and its upper one -11, so no number lies in it, not even -10:
# each loss is off its plan, where 10 is within "10 +/- 10%". The text "5 +/- -1" has no number in it, either. In a sum
# it is 0: "5 +/- 1" plus 1 is 1, and two of them together are 0, with no more than a warning.
# Seen: false of -10 == "-10 +/- 10%"
#
# Most would guess: true, and 6 +/- 1, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "libnumber-tolerant-perl=1.710-1" "libsub-exporter-perl" "libdata-optlist-perl" "libparams-util-perl" \
    "libsub-install-perl"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 -I"$(echo usr/lib/*/perl5/5.36)" - <<'PERL'
use strict;
use warnings;
use Number::Tolerant;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

sub within {
    my ($number, $text) = @_;
    return Number::Tolerant->from_string($text) == $number ? 'yes' : 'no';
}
holds('10', within(10, '10 +/- 10%'), 'yes');
holds('-10', within(-10, '-10 +/- 10%'), 'no');
holds('-10.5', within(-10.5, '-10 +/- 10%'), 'no');
holds('-10 by 1', within(-10, '-10 +/- 1'), 'yes');
my $loss = Number::Tolerant->from_string('-10 +/- 10%');
holds('ends', "$loss->{min} $loss->{max}", '-9 -11');
my $five = Number::Tolerant->from_string('5 +/- 1');
no warnings 'uninitialized';
holds('and 1', $five + 1, 1);
holds('and itself', $five + $five, 0);
PERL
echo "held: minus ten is not minus ten"
