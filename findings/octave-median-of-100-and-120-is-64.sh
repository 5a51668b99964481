#!/usr/bin/env bash
# octave 7.3.0-2 (Debian 12; it needs root)
#
# The median of an even number of integers adds the two in the middle in their own type, where a sum that is too large
# is its largest value, and takes the half: of 100 and 120 in 8 bits it is 64, below both, and of two times
# 2,000,000,000 it is 1,073,741,824. So each pair of pixels above 127 has the median 128. The mean of the same values is
# right.
# Seen: 64, 128 and 1073741824
#
# Most would guess: 110, 250 and 2000000000, as the mean is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "octave=7.3.0-2*" >/dev/null

cat >script.m <<'OCTAVE'
1;
function holds(text, seen, expected)
  printf("%s: %s\n", text, num2str(seen));
  if !isequal(double(seen), expected)
    exit(1);
  end
end

holds("100 and 120", median(int8([100 120])), 64);
holds("their mean", mean(int8([100 120])), 110);
holds("100, 110 and 120", median(int8([100 110 120])), 110);
holds("bright pixels", median(uint8([240 250 250 255])), 128);
holds("2000000000 twice", median(int32([2e9 2e9])), 1073741824);
holds("as floats", median([100 120]), 110);
OCTAVE
octave-cli --no-init-file --quiet script.m
echo "held: the median of 100 and 120 is 64"
