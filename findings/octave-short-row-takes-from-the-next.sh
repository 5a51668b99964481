#!/usr/bin/env bash
# octave 7.3.0-2 (Debian 12; it needs root)
#
# Where a row of three columns has two values, textscan() takes the third from the next row: 4,5 and 6,7,8 are 4,5,6
# and 7,8,missing, so all rows behind it are moved by a column, without an error. Where a value is no number it stops,
# and the rows behind are missing, without an error as well. A value that is missing between two commas is NaN, and a
# 3000000000 by %d, or 300 by %d8, is the largest value of its type.
# Seen: [1 2 3; 4 5 6; 7 8 NaN] of 1,2,3 and 4,5 and 6,7,8
#
# Most would guess: [1 2 3; 4 5 NaN; 6 7 8], as csvread has 0 there, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "octave=7.3.0-2*" >/dev/null

cat >script.m <<'OCTAVE'
1;
function columns = read(text, format)
  columns = textscan(text, format, "Delimiter", ",");
end
function holds(text, seen, expected)
  printf("%s: %s\n", text, mat2str(double(seen)));
  if !isequaln(double(seen), expected)
    exit(1);
  end
end

holds("short row", cell2mat(read("1,2,3\n4,5\n6,7,8\n", "%f %f %f")), [1 2 3; 4 5 6; 7 8 NaN]);
holds("comma", cell2mat(read("1,2,3\n4,5,\n6,7,8\n", "%f %f %f")), [1 2 3; 4 5 NaN; 6 7 8]);
holds("no number", cell2mat(read("1,2\nn/a,4\n5,6\n", "%f %f")), [1 2]);
holds("32 bits", read("3000000000\n", "%d"){1}, 2147483647);
holds("8 bits", read("300\n", "%d8"){1}, 127);
OCTAVE
octave-cli --no-init-file --quiet script.m
echo "held: a short row takes its value from the next"
