#!/usr/bin/env bash
# libbusiness-hours-perl 0.13-2 (Debian 12)
#
# The working hours of a week from 9:00 to 18:00. An object computes them for the first span that it is asked for, and
# answers from that: after a question for Monday, Tuesday has -1 seconds, as a span without working hours has, and so
# has the time from Monday at 17:00 to Tuesday at 10:00. With an object for each question they are nine hours, and two
# and a second. Both ends count: from 9:00 to 10:00 it is 3601 seconds, and no time at 9:00 is a second.
# Seen: 32400 of Monday and -1 of Tuesday
#
# Most would guess: 32400 for each of both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libbusiness-hours-perl=0.13-2" "libset-intspan-perl"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Business::Hours;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

my $monday = 1704672000;    # 8 January 2024, 0:00
my $hour = 3600;
my $day = 24 * $hour;

my $hours = Business::Hours->new;
holds('Monday', $hours->between($monday, $monday + $day - 1), 32400);
holds('Tuesday', $hours->between($monday + $day, $monday + 2 * $day - 1), -1);
holds('over night', $hours->between($monday + 17 * $hour, $monday + $day + 10 * $hour), -1);
sub alone { return Business::Hours->new->between(@_) }
holds('Tuesday alone', alone($monday + $day, $monday + 2 * $day - 1), 32400);
holds('over night alone', alone($monday + 17 * $hour, $monday + $day + 10 * $hour), 7201);
holds('an hour', alone($monday + 9 * $hour, $monday + 10 * $hour), 3601);
holds('no time', alone($monday + 9 * $hour, $monday + 9 * $hour), 1);
PERL
echo "held: Tuesday has none"
