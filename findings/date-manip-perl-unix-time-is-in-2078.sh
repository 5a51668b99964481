#!/usr/bin/env bash
# libdate-manip-perl 6.91-1, perl 5.36 (Debian 12)
#
# A Unix time is read as so many seconds from now: 1700000000, which is in November 2023, is in 2078 for one who asks in
# 2024. With "epoch " before it, it is right. 1530 and 0305 are years, and 240305 and 030524 are days, the first two
# digits the year. As a duration "5m" is five months, "5mn" five minutes, and 1.5 is one second.
# Seen: 2078-02-12 12:13:20 of 1700000000, on 31 March 2024
#
# Most would guess: 2023-11-14 22:13:20, or no date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libdate-manip-perl=6.91-1"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Date::Manip;

Date_Init('ForceDate=2024-03-31-14:00:00,UTC');
sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if $seen ne $expected;
}
sub date { my ($text, $expected) = @_; holds($text, UnixDate(ParseDate($text), '%Y-%m-%d %H:%M:%S'), $expected) }
sub duration { my ($text, $expected) = @_; holds($text, ParseDateDelta($text), $expected) }

date('1700000000', '2078-02-12 12:13:20');
date('epoch 1700000000', '2023-11-14 22:13:20');
date('1530', '1530-01-01 00:00:00');
date('240305', '2024-03-05 00:00:00');
date('030524', '2003-05-24 00:00:00');
duration('5m', '0:5:0:0:0:0:0');
duration('5mn', '0:0:0:0:0:5:0');
duration('1.5', '0:0:0:0:0:0:1');
PERL
echo "held: a Unix time of 2023 is in 2078"
