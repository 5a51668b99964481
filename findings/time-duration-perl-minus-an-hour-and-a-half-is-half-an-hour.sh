#!/usr/bin/env bash
# libtime-duration-parse-perl 0.16-1, perl 5.36 (Debian 12)
#
# A minus belongs to the one part that it stands before, so -1h30m is an hour back and half an hour forth: -30 minutes.
# 1:30 is an hour and a half, so that a run of 1:30 minutes is one of hours; 1.5 is 2 seconds and 0.4 is none.
# Seen: -1800 of -1h30m
#
# Most would guess: -5400, as of ISO 8601's -PT1H30M.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libtime-duration-parse-perl=0.16-1"
for package in *.deb; do dpkg --extract "$package" .; done

perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Time::Duration::Parse;

sub holds {
    my ($text, $seconds) = @_;
    my $parsed = parse_duration($text);
    print "$text: $parsed\n";
    die "changed\n" if $parsed != $seconds;
}

holds('1h30m', 5400);
holds('-1h30m', -1800);
holds('-1 hour and 30 minutes', -1800);
holds('-90m', -5400);
holds('1:30', 5400);
holds('1.5', 2);
holds('0.4', 0);
PERL
echo "held: minus an hour and a half is minus half an hour"
