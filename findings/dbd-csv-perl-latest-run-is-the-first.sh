#!/usr/bin/env bash
# libdbd-csv-perl 0.6000, libdbi-perl 1.643, libsql-statement-perl 1.414-1, libtext-csv-xs-perl 1.49, perl 5.36 (Debian
# 12)
#
# ORDER BY is left out where its column is not selected, without an error: the name of the run with the highest id, with
# LIMIT 1, is that of the first row. With the column selected it is right. An empty field is NULL for IS NULL, and
# counted by COUNT, and COALESCE keeps it, and it is the minimum; it and n/a are 0 in an average.
# Seen: a of SELECT name FROM runs ORDER BY id DESC LIMIT 1
#
# Most would guess: e, the name of run 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libdbd-csv-perl=0.6000*" "libdbi-perl=1.643*" \
    "libsql-statement-perl=1.414-1" "libtext-csv-xs-perl=1.49*" "libclone-perl" "libmodule-runtime-perl" \
    "libparams-util-perl" "libmath-base-convert-perl" "libtext-soundex-perl"
for package in *.deb; do dpkg --extract "$package" .; done
printf 'id,ms,name\n1,10,a\n2,9,b\n3,,c\n4,n/a,d\n5,100,e\n' >runs.csv

perl -Iusr/share/perl5 "-I$(echo usr/lib/*/perl5/5.*)" - <<'PERL'
use strict;
use warnings;
use DBI;

local $SIG{__WARN__} = sub { };
my $database = DBI->connect('dbi:CSV:', undef, undef, { f_dir => '.', f_ext => '.csv', RaiseError => 1 });
sub holds {
    my ($query, $expected) = @_;
    my $rows = $database->selectall_arrayref($query);
    my $seen = join ' ', map { join ',', map { $_ // 'undef' } @$_ } @$rows;
    print "$query: $seen\n";
    die "changed\n" if $seen ne $expected;
}

holds('SELECT name FROM runs ORDER BY id DESC LIMIT 1', 'a');
holds('SELECT name FROM runs ORDER BY id DESC', 'a b c d e');
holds('SELECT name, id FROM runs ORDER BY id DESC LIMIT 1', 'e,5');
holds('SELECT id FROM runs WHERE ms IS NULL', '3');
holds('SELECT COUNT(ms), MIN(ms), MAX(ms), AVG(ms) FROM runs', '5,,n/a,23.8');
holds('SELECT COALESCE(ms, 0) FROM runs WHERE id = 3', '');
PERL
echo "held: the latest run is the first"
