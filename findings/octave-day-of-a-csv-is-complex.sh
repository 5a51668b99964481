#!/usr/bin/env bash
# octave 7.3.0-2 (Debian 12; it needs root)
#
# csvread() takes 2024-01-02 for the number 2024 - 1i, since a part of it looks like an imaginary one, and then all
# columns are complex and all days of a month are one. The release 1.10.3 is 1.1 + 0.3i, and the seat 5i is 5i. A number
# in quotes is 0, and so is a header, n/a or true, without a warning; a comma within quotes moves the rest of the row by
# a column, and 10:30 is 10.
# Seen: 2024-1i of 2024-01-02, and 0 of "2"
#
# Most would guess: an error, or NaN, for what is no number, and 2 for "2".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get install --yes --quiet=2 --no-install-recommends "octave=7.3.0-2*" >/dev/null

cat >script.m <<'OCTAVE'
1;
function table = read(text)
  file = fopen("table.csv", "w");
  fputs(file, text);
  fclose(file);
  table = csvread("table.csv");
end
function holds(text, seen, expected)
  printf("%s: %s\n", text, mat2str(seen));
  if !isequaln(seen, expected)
    exit(1);
  end
end

holds("two days", read("2024-01-02,5\n2024-01-31,7\n"), [2024-1i 5; 2024-1i 7]);
holds("release", read("1.10.3,5\n"), [1.1+0.3i 5]);
holds("seats", read("5i,12\n"), [5i 12]);
holds("in quotes", read("1,\"2\",3\n"), [1 0 3]);
holds("header", read("id,rows\n1,7\n"), [0 0; 1 7]);
holds("n/a and true", read("n/a,true,3\n"), [0 0 3]);
holds("name", read("\"Smith, J\",5\n\"Doe\",6\n"), [0 0 5; 0 6 0]);
holds("times", read("10:30,5\n"), [10 5]);
OCTAVE
octave-cli --no-init-file --quiet script.m
echo "held: a day of a CSV is a complex number"
