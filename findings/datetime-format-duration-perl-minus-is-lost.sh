#!/usr/bin/env bash
# libdatetime-format-duration-perl 1.03, libdatetime-format-human-duration-perl 0.64-2, perl 5.36 (Debian 12)
#
# Minus 90 minutes are written as 01:30:00, and of -01:30:00 that is read the minus is for the hour alone: minus half an
# hour. Two days and an hour are 01:00:00. The format for people has no minus, either: two hours before and after are "2
# hours".
# Seen: 01:30:00 of -90 minutes, and 11:30 of noon and -01:30:00
#
# Most would guess: -01:30:00 and 10:30.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "libdatetime-format-duration-perl=1.03*" "libdatetime-format-human-duration-perl=0.64-2" \
    "libparams-validate-perl" "libdatetime-perl" "libclass-singleton-perl" \
    "libdatetime-locale-perl" "libdatetime-timezone-perl" "libparams-validationcompiler-perl" \
    "libspecio-perl" "libeval-closure-perl" "libexception-class-perl" \
    "libclass-data-inheritable-perl" "libdevel-stacktrace-perl" "libfile-sharedir-perl" \
    "libclass-inspector-perl" "libmodule-runtime-perl" "libmro-compat-perl" \
    "libnamespace-autoclean-perl" "libnamespace-clean-perl" "libb-hooks-endofscope-perl" \
    "libpackage-stash-perl" "librole-tiny-perl" "libsub-identify-perl" "libsub-quote-perl" \
    "libtry-tiny-perl" "libmodule-implementation-perl" "libparams-util-perl" \
    "libsub-exporter-progressive-perl" "libvariable-magic-perl" "libxstring-perl"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 -I"$(echo usr/lib/*/perl5/5.36)" - <<'PERL'
use strict;
use warnings;
use DateTime;
use DateTime::Format::Duration;
use DateTime::Format::Human::Duration;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

my $format = DateTime::Format::Duration->new(pattern => '%H:%M:%S', normalise => 1);
my $noon = DateTime->new(year => 2024, hour => 12);
holds('-90 minutes', $format->format_duration(DateTime::Duration->new(minutes => -90)), '01:30:00');
holds('two days', $format->format_duration(DateTime::Duration->new(days => 2, hours => 1)), '01:00:00');
holds('-01:30:00', $noon->clone->add_duration($format->parse_duration('-01:30:00'))->hms, '11:30:00');
my $words = DateTime::Format::Human::Duration->new;
holds('before', $words->format_duration_between($noon, DateTime->new(year => 2024, hour => 10)), '2 hours');
holds('after', $words->format_duration_between($noon, DateTime->new(year => 2024, hour => 14)), '2 hours');
PERL
echo "held: a minus is lost"
