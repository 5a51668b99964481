#!/usr/bin/env bash
# libdatetime-format-flexible-perl 0.34-1, perl 5.36 (Debian 12)
#
# In the basic form of ISO 8601 the offset and the Z are left out: 20240102T100000+0200 has no zone, while
# 2024-01-02T10:00:00+0200 keeps it. Six digits are a day of another century: 240102 is 1 February 2401, and 010203 in
# the year 102. 10:00 CEST in January is at one hour east, and 5.3.2024 is 3 May where 25.3.2024 is an error.
# Seen: floating, without an offset, of 20240102T100000+0200
#
# Most would guess: +0200.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root \
    "libdatetime-format-flexible-perl=0.34-1" "liblist-moreutils-perl" "liblist-moreutils-xs-perl" \
    "libexporter-tiny-perl" "libdatetime-format-builder-perl" "libdatetime-format-strptime-perl" \
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
use DateTime::Format::Flexible;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

sub parsed {
    my $date = DateTime::Format::Flexible->parse_datetime(shift);
    return $date . ' ' . $date->time_zone->name;
}
holds('basic', parsed('20240102T100000+0200'), '2024-01-02T10:00:00 floating');
holds('with Z', parsed('20240102T100000Z'), '2024-01-02T10:00:00 floating');
holds('extended', parsed('2024-01-02T10:00:00+0200'), '2024-01-02T10:00:00 +0200');
holds('240102', parsed('240102'), '2401-02-01T00:00:00 floating');
holds('5.3.2024', parsed('5.3.2024'), '2024-05-03T00:00:00 floating');
PERL
echo "held: an offset is lost"
