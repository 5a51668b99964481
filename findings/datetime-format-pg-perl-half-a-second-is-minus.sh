#!/usr/bin/env bash
# libdatetime-format-pg-perl 0.16014-1, perl 5.36 (Debian 12)
#
# An interval of PostgreSQL whose seconds are a fraction below one has a minus: 00:00:00.5 and 0.5 seconds are half a
# second back, so that 12:00 plus it is 11:59:59.5. 01:00:00.5 is an hour less half a second. 00:00:01.5 and 00:00:59.9
# are right.
# Seen: 11:59:59.500 of noon and 00:00:00.5
#
# Most would guess: 12:00:00.500.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libdatetime-format-pg-perl=0.16014-1" \
    "libdatetime-format-builder-perl" "libdatetime-format-strptime-perl" "libparams-validate-perl" \
    "libdatetime-perl" "libclass-singleton-perl" "libdatetime-locale-perl" \
    "libdatetime-timezone-perl" "libparams-validationcompiler-perl" "libspecio-perl" \
    "libeval-closure-perl" "libexception-class-perl" "libclass-data-inheritable-perl" \
    "libdevel-stacktrace-perl" "libfile-sharedir-perl" "libclass-inspector-perl" \
    "libmodule-runtime-perl" "libmro-compat-perl" "libnamespace-autoclean-perl" \
    "libnamespace-clean-perl" "libb-hooks-endofscope-perl" "libpackage-stash-perl" \
    "librole-tiny-perl" "libsub-identify-perl" "libsub-quote-perl" "libtry-tiny-perl" \
    "libmodule-implementation-perl" "libparams-util-perl" "libsub-exporter-progressive-perl" \
    "libvariable-magic-perl" "libxstring-perl"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 -I"$(echo usr/lib/*/perl5/5.36)" - <<'PERL'
use strict;
use warnings;
use DateTime;
use DateTime::Format::Pg;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

sub after_noon {
    my $duration = DateTime::Format::Pg->parse_duration(shift);
    return DateTime->new(year => 2024, hour => 12)->add_duration($duration)->strftime('%H:%M:%S.%3N');
}
holds('00:00:00.5', after_noon('00:00:00.5'), '11:59:59.500');
holds('0.5 seconds', after_noon('0.5 seconds'), '11:59:59.500');
holds('01:00:00.5', after_noon('01:00:00.5'), '12:59:59.500');
holds('00:00:01.5', after_noon('00:00:01.5'), '12:00:01.500');
PERL
echo "held: half a second is minus half a second"
