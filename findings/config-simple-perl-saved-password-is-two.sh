#!/usr/bin/env bash
# libconfig-simple-perl 4.59 (Debian 12)
#
# A file of settings that is read and saved loses its quotes: the password 'x,y' is written as x,y, and is a list of
# two from then on, as a comma without quotes divides values. A backslash is lost each time, C:\new is C:new at the
# first reading.
# Seen: x,y, and then the list x and y
#
# Most would guess: the same value, as it was in quotes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libconfig-simple-perl=4.59*"
for package in *.deb; do dpkg --extract "$package" .; done

printf '[db]\nhost=a\npassword="x,y"\nfolder=C:\\new\n' >settings.ini
TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use Config::Simple;

sub holds {
    my ($text, $seen, $expected) = @_;
    print "$text: $seen\n";
    die "changed\n" if "$seen" ne "$expected";
}

sub value {
    my ($file, $key) = @_;
    my @values = Config::Simple->new($file)->param("db.$key");
    return join ' and ', @values;
}

holds('password', value('settings.ini', 'password'), 'x,y');
holds('folder', value('settings.ini', 'folder'), 'C:new');
my $settings = Config::Simple->new('settings.ini');
$settings->param('db.host', 'b');
$settings->save('saved.ini');
holds('saved host', value('saved.ini', 'host'), 'b');
holds('saved password', value('saved.ini', 'password'), 'x and y');
PERL
echo "held: a saved password is two"
