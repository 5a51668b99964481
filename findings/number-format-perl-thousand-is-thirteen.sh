#!/usr/bin/env bash
# libnumber-format-perl 1.75-3, perl 5.36 (Debian 12)
#
# unformat_number drops what it does not know and joins the digits that are left: 1e3 is 13, and 2.5e-7 is -2.57. A loss
# in brackets or with a minus behind it is a gain. 1.5K is 1536, and 1.5KB is 1.5. With a point for thousands, as in
# German, 1234.5 is 12345.
# Seen: 13 of 1e3
#
# Most would guess: 1000, as Perl itself reads it, or undefined as for a text without a digit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libnumber-format-perl=1.75-3"
for package in *.deb; do dpkg --extract "$package" .; done

perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Number::Format;

my $english = Number::Format->new;
sub holds {
    my ($text, $number) = @_;
    my $read = $english->unformat_number($text);
    print "$text: $read\n";
    die "changed\n" if $read != $number;
}

holds('1,234.5', 1234.5);
holds('1e3', 13);
holds('2.5e-7', -2.57);
holds('(5.00)', 5);
holds('5-', 5);
holds('-5', -5);
holds('1.5K', 1536);
holds('1.5KB', 1.5);
my $german = Number::Format->new(-thousands_sep => '.', -decimal_point => ',');
die "changed\n" if $german->unformat_number('1234.5') != 12345;
PERL
echo "held: 1e3 is 13"
