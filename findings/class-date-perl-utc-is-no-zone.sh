#!/usr/bin/env bash
# libclass-date-perl 1.1.17-2, perl 5.36 (Debian 12)
#
# A time with Z or an offset is read without either: 06:00 at Z, at +02:00 and at -08:00 are all 06:00 in the zone of
# the host. A year that stands alone is seconds since 1970. "24-03-05" is read as 2024, and a day after 31 January by a
# month is 2 March, and a month before that is 2 February.
# Seen: 1709614800, which is 05:00 UTC, of 2024-03-05T06:00:00Z in Berlin
#
# Most would guess: 06:00 UTC, as the text says, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libclass-date-perl=1.1.17-2"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=Europe/Berlin perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Class::Date;

sub holds { my ($seen, $expected) = @_; print "$seen\n"; die "changed\n" if $seen ne $expected }

for my $zone ('Z', '+02:00', '-08:00', '') {
    holds(Class::Date->new("2024-03-05T06:00:00$zone")->epoch, 1709614800);
}
holds('' . Class::Date->new('2024'), '1970-01-01 01:33:44');
my $later = Class::Date->new('2024-01-31') + '1M';
holds("$later", '2024-03-02 00:00:00');
my $back = $later - '1M';
holds("$back", '2024-02-02 00:00:00');
PERL
echo "held: six o'clock UTC is six o'clock of the host"
