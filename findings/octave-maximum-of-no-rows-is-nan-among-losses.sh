#!/usr/bin/env bash
# octave 7.3.0-2 (Debian 12; it needs root)
#
# accumarray(), Octave's aggregation by groups, fills a group that has no rows with 0, or with the value that it is
# given. For a maximum without such a value it depends on the other groups: 0 among gains, and NaN as soon as one group
# has a loss. With a value, 5, the group is NaN among gains and losses. For a minimum it is the other way round. Sums
# get the 5.
# Seen: 30 20 0 40 as maxima of 10 to 40, and -10 -20 NaN -40 of -10 to -40
#
# Most would guess: 0 in both, and the 5 where it was asked for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "octave=7.3.0-2*" >/dev/null

cat >script.m <<'OCTAVE'
1;
function holds(text, seen, expected)
  printf("%s: %s\n", text, num2str(seen'));
  if !isequaln(seen', expected)
    exit(1);
  end
end

group = [1; 2; 1; 4];
gains = [10; 20; 30; 40];
holds("sums", accumarray(group, -gains, [], @sum, 5), [-40 -20 5 -40]);
holds("maxima of gains", accumarray(group, gains, [], @max), [30 20 0 40]);
holds("with 5 for nothing", accumarray(group, gains, [], @max, 5), [30 20 NaN 40]);
holds("maxima of losses", accumarray(group, -gains, [], @max), [-10 -20 NaN -40]);
holds("with 5 for nothing", accumarray(group, -gains, [], @max, 5), [-10 -20 NaN -40]);
holds("one loss", accumarray(group, [10; -20; 30; 40], [], @max), [30 -20 NaN 40]);
holds("minima of gains", accumarray(group, gains, [], @min), [10 20 NaN 40]);
holds("minima of losses", accumarray(group, -gains, [], @min), [-30 -20 0 -40]);
OCTAVE
octave-cli --no-init-file --quiet script.m
echo "held: the maximum of no rows is NaN where another group has a loss"
