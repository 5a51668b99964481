#!/usr/bin/env bash
# libnumber-bytes-human-perl 0.11-4 (Debian 12)
#
# Sizes as ls -h writes them. 1K is 1024 bytes and 1KB 1000. What has no unit is cut at its point, 1.9 is 1, where 2.5K
# is 2560. A comma, as in 1,500K and 1,5K, makes it 0 with no error but a warning, and so does 1e3. A size is rounded
# up: 1025 bytes are 1.1K, and 10241 are 11K.
# Seen: 0 of 1,500K
#
# Most would guess: 1,536,000, or undef, as for "abc", and 1.0K.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libnumber-bytes-human-perl=0.11-4"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Number::Bytes::Human qw(format_bytes parse_bytes);

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

local $SIG{__WARN__} = sub { };
my %sizes = ('1K' => 1024, '1KB' => 1000, '1.9' => 1, '2.5K' => 2560, '1,500K' => 0, '1,5K' => 0, '1e3' => 0);
holds($_, parse_bytes($_), $sizes{$_}) for sort keys %sizes;
my %texts = (1024 => '1.0K', 1025 => '1.1K', 10240 => '10K', 10241 => '11K');
holds($_, format_bytes($_), $texts{$_}) for sort keys %texts;
PERL
echo "held: one thousand five hundred K are nothing"
