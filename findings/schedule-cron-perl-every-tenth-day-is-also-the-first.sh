#!/usr/bin/env bash
# libschedule-cron-perl 1.05-1, libtime-parsedate-perl 2015.103-4, perl 5.36 (Debian 12)
#
# */10 for the day of the month is the 1, 10, 20 and 30, where cron has the 1, 11, 21 and 31. */5 for the month is
# January, May and October, where cron has January, June and November. */2 for the day of the week is Sunday, Tuesday,
# Thursday and Saturday, as cron's. 1-31/10 is as in cron.
# Seen: 10, 20 and 30 January and 1 February after the first of January
#
# Most would guess: what cron does, of which it says that it takes its entries.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet=2 --option APT::Sandbox::User=root "libschedule-cron-perl=1.05-1" \
    "libtime-parsedate-perl=2015.103-4"
for package in *.deb; do dpkg --extract "$package" .; done

TZ=UTC perl -Iusr/share/perl5 - <<'PERL'
use strict;
use warnings;
use POSIX qw(mktime strftime);
use Schedule::Cron;

my $cron = Schedule::Cron->new(sub { });
sub holds {
    my ($entry, $expected) = @_;
    my $time = mktime(0, 0, 0, 1, 0, 124);
    my @days;
    for (1 .. 4) {
        $time = $cron->get_next_execution_time($entry, $time);
        push @days, strftime('%m-%d', localtime $time);
    }
    print "$entry: @days\n";
    die "changed\n" if "@days" ne $expected;
}

holds('0 0 */10 * *', '01-10 01-20 01-30 02-01');
holds('0 0 1-31/10 * *', '01-11 01-21 01-31 02-01');
holds('0 0 1 */5 *', '05-01 10-01 01-01 05-01');
holds('0 0 1 1-12/5 *', '06-01 11-01 01-01 06-01');
PERL
echo "held: every tenth day is the 10, 20, 30 and the 1"
