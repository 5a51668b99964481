#!/usr/bin/env bash
# libdate-calc-perl 6.4-2, perl 5.36 (Debian 12)
#
# Decode_Date_US reads a date of any form that begins with a month. Where the month's name is not first, the name is
# skipped and the digits are joined and cut again: 5 Mar 24 is month 5, day 2, year 4. Decode_Date_EU reads it as 5
# March 2024. Dates that both can read are another day to each, and neither can read 2024-03-05.
# Seen: 2004-05-02 of 5 Mar 24
#
# Most would guess: 5 March 2024, since March is named, or no date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libdate-calc-perl=6.4-2" "libcarp-clan-perl" \
    "libbit-vector-perl"
for package in *.deb; do dpkg --extract "$package" .; done

perl -Iusr/share/perl5 "-I$(echo usr/lib/*/perl5/5.*)" - <<'PERL'
use strict;
use warnings;
use Date::Calc qw(Decode_Date_US Decode_Date_EU);

sub day { @_ ? sprintf('%04d-%02d-%02d', @_) : 'none' }
sub holds {
    my ($text, $us, $eu) = @_;
    my ($first, $second) = (day(Decode_Date_US($text)), day(Decode_Date_EU($text)));
    print "$text: $first $second\n";
    die "changed\n" if "$first $second" ne "$us $eu";
}

holds('5 Mar 24', '2004-05-02', '2024-03-05');
holds('Mar 5 24', '2024-03-05', 'none');
holds('3/5/2024', '2024-03-05', '2024-05-03');
holds('2024-03-05', 'none', 'none');
PERL
echo "held: 5 March 24 is 2 May 2004"
