#!/usr/bin/env bash
# clevercsv 0.8.5
#
# CleverCSV finds out how a file is written by trying which separator gives the most regular cells. Of a file with one
# column each separator within its values wins over none: amounts with a decimal comma are two columns, also within
# quotes, which are then a part of the cells, and clock times are hours and minutes. A file with a second column is
# read as it was written.
# Seen: price, "1,5", "2,5" -> cells `"1` and `5"`; at, 10:00 -> 10 and 00; price;rows -> 1,5 and 2
#
# Most would guess: one column, above all where its values are quoted.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check clevercsv==0.8.5
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import io

import clevercsv


def cells(text):
    return list(clevercsv.reader(io.StringIO(text, newline=""), clevercsv.Sniffer().sniff(text)))


quoted = cells('price\n"1,5"\n"2,5"\n')
times = cells("at\n10:00\n11:30\n")
two = cells("price;rows\n1,5;2\n2,5;3\n")
print(quoted, times, two)
assert quoted == [["price"], ['"1', '5"'], ['"2', '5"']], quoted
assert times == [["at"], ["10", "00"], ["11", "30"]], times
assert two == [["price", "rows"], ["1,5", "2"], ["2,5", "3"]], two
PYTHON
echo "held: a quoted amount is two cells"
