#!/usr/bin/env bash
# libtimedate-perl 2.3300-2, perl 5.36 (Debian 12)
#
# ISO 8601 has a comma before the fraction of a second, as Python's logging has. Date::Parse takes the digits after the
# comma for a zone: with 75 hundredths the time is 75 hours earlier, with 750 milliseconds 7 hours and 50 minutes, and
# with 500 five hours. With a point the fraction is read. With a comma and a Z it is undefined.
# Seen: 2024-03-02 03:00:00 of 2024-03-05T06:00:00,75
#
# Most would guess: 06:00:00.75 of 5 March, or undefined.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libtimedate-perl=2.3300-2"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use POSIX qw(strftime);
use Date::Parse;

sub parsed { my $seconds = str2time($_[0]); defined $seconds ? strftime('%F %T', gmtime $seconds) : 'undefined' }
sub holds { my ($text, $time) = @_; print "$text: ", parsed($text), "\n"; die "changed\n" if parsed($text) ne $time }

holds('2024-03-05T06:00:00,75', '2024-03-02 03:00:00');
holds('2024-03-05 06:00:00,750', '2024-03-04 22:10:00');
holds('2024-03-05 06:00:00,500', '2024-03-05 01:00:00');
holds('2024-03-05T06:00:00.75', '2024-03-05 06:00:00');
holds('2024-03-05T06:00:00,75Z', 'undefined');
die "changed\n" if str2time('2024-03-05T06:00:00.75') - str2time('2024-03-05T06:00:00') != 0.75;
PERL
echo "held: three quarters of a second are three days"
