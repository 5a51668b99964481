#!/usr/bin/env bash
# liblingua-en-words2nums-perl 0.19-4 (Debian 12)
#
# Numbers in words. Words that are no one number are added up, without an error: the year nineteen eighty-four is 103,
# twenty twenty four is 44, and the digits one two three are 6. "Twenty seconds" is 22, as a second is 2. A half is no
# number, nor is one point five.
# Seen: 103 of "nineteen eighty-four"
#
# Most would guess: 1984, 2024 and 123, or undef, as for one point five.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "liblingua-en-words2nums-perl=0.19-4"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Lingua::EN::Words2Nums;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

my %numbers = (
    'two thousand nineteen' => 2019,
    'nineteen eighty-four' => 103,
    'twenty twenty four' => 44,
    'one two three' => 6,
    'twenty seconds' => 22,
    'a second' => 2,
);
holds($_, words2nums($_), $numbers{$_}) for sort keys %numbers;
holds('one point five', words2nums('one point five') // 'undef', 'undef');
PERL
echo "held: nineteen eighty-four is 103"
