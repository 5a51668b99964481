#!/usr/bin/env bash
# liblocale-currency-format-perl 1.35-3 (Debian 12)
#
# An amount in the form of a currency. A text is read as far as it is a number, without a warning: 1,234.50 is 1.00
# USD, 12,50 is 12,00 EUR, though that is the form in which euros are written, and n/a is 0.00. What has been written
# is so not read again. A tenth of a cent less than nothing is -0.00.
# Seen: 1.00 USD of 1,234.50
#
# Most would guess: 1,234.50 USD, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "liblocale-currency-format-perl=1.35-3*"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings FATAL => 'all';
use Locale::Currency::Format;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if $seen ne $expected;
}

$SIG{__WARN__} = sub { die "a warning: @_" };
my $price = currency_format('USD', 1234.5);
holds('price', $price, '1,234.50 USD');
holds('price as a text', currency_format('USD', '1,234.50'), '1.00 USD');
holds('price again', currency_format('USD', $price), '1.00 USD');
holds('euros', currency_format('EUR', 12.5), '12,50 EUR');
holds('euros as a text', currency_format('EUR', '12,50'), '12,00 EUR');
holds('n/a', currency_format('USD', 'n/a'), '0.00 USD');
holds('tenth of a cent', currency_format('USD', -0.001), '-0.00 USD');
PERL
echo "held: a thousand is one"
