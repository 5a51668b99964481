#!/usr/bin/env bash
# libtime-parsedate-perl 2015.103-4, perl 5.36 (Debian 12)
#
# Time::ParseDate reads "2024-03-05T06:00:00Z" as midnight of that day: it knows no Z, takes the date, and leaves the
# rest, without an error in a scalar. The same time without a zone, with " UTC" and with +00:00 is read whole. With
# points the month is first where it can be, so 5.3.2024 is 3 May and 31.1.2024 is 31 January. 13/2 is 1 February 2013.
# (In a list the second value is the rest, and WHOLE => 1 makes the first undefined.)
# Seen: 2024-03-05 00:00:00 of 2024-03-05T06:00:00Z
#
# Most would guess: 06:00, as for +00:00, or undefined.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libtime-parsedate-perl=2015.103-4"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use POSIX qw(strftime);
use Time::ParseDate;

sub parsed { my $seconds = parsedate($_[0]); strftime('%F %T', gmtime $seconds) }
sub holds { my ($text, $time) = @_; print "$text: ", parsed($text), "\n"; die "changed\n" if parsed($text) ne $time }

holds('2024-03-05T06:00:00Z', '2024-03-05 00:00:00');
holds('2024-03-05 06:00Z', '2024-03-05 00:00:00');
holds('2024-03-05T06:00:00', '2024-03-05 06:00:00');
holds('2024-03-05T06:00:00+00:00', '2024-03-05 06:00:00');
holds('2024-03-05 06:00 UTC', '2024-03-05 06:00:00');
holds('5.3.2024', '2024-05-03 00:00:00');
holds('31.1.2024', '2024-01-31 00:00:00');
holds('13/2', '2013-02-01 00:00:00');
PERL
echo "held: six o'clock UTC is midnight"
