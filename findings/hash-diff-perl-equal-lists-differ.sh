#!/usr/bin/env bash
# libhash-diff-perl 0.010-2 (Debian 12; it needs root)
#
# What differs between two sets of settings. Lists are never equal: of twice the same list of 1 and 2 the difference is
# 1, 2, 1, 2, and of hosts a, b and a, c it is a, b, a, c. A value that has changed from 5 to 6, one that is gone and
# one that is new are the same, 5 alone, and the new value of a change is nowhere. left_diff() says of equal lists that
# they differ, too. 1 and the text 1.0 differ.
# Seen: 1, 2, 1, 2 of two equal lists
#
# Most would guess: no difference, and 5 and 6 of the change.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "libhash-diff-perl=0.010-2*" >/dev/null

TZ=UTC perl - <<'PERL'
use strict;
use warnings;
use Data::Dumper;
use Hash::Diff qw(diff left_diff);

$Data::Dumper::Terse = 1;
$Data::Dumper::Indent = 0;

sub holds {
    my ($text, $seen, $expected) = @_;
    $seen = Dumper($seen);
    print "$text: $seen\n";
    die "changed\n" if $seen ne $expected;
}

holds('equal', diff({ rows => 5 }, { rows => 5 }), '{}');
holds('equal lists', diff({ rows => [1, 2] }, { rows => [1, 2] }), q({'rows' => [1,2,1,2]}));
holds('equal lists, left', left_diff({ rows => [1, 2] }, { rows => [1, 2] }), q({'rows' => [1,2]}));
holds('hosts', diff({ hosts => ['a', 'b'] }, { hosts => ['a', 'c'] }), q({'hosts' => ['a','b','a','c']}));
holds('changed', diff({ rows => 5 }, { rows => 6 }), q({'rows' => 5}));
holds('gone', diff({ rows => 5 }, {}), q({'rows' => 5}));
holds('new', diff({}, { rows => 5 }), q({'rows' => 5}));
holds('1.0', diff({ share => 1 }, { share => '1.0' }), q({'share' => 1}));
PERL
echo "held: equal lists differ"
