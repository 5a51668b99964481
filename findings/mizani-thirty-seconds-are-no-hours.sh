#!/usr/bin/env bash
# mizani 0.14.6, pandas 2.3.3, numpy 2.4.6
#
# Labels of an axis have the unit and the decimals of its largest value, so small ones are nothing: of a day, 36 hours
# and 30 seconds the last is "0 h", of 0.1 and 50 per cent the first is "0%", where beside others it has two decimals,
# and 0.1 beside 1234.567 is "0". Bytes below zero stay bytes: 5,000,000 are 5 MiB, and -5,000,000 are "-5000000 B". A
# money of a tenth of a cent is "$0.00", and -1 is "-1th".
# Seen: label_timedelta gives 24 h, 36 h and 0 h
#
# Most would guess: 30 s, 0.1% and -5 MiB.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mizani==0.14.6 pandas==2.3.3 numpy==2.4.6
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from mizani.labels import label_bytes, label_currency, label_number, label_ordinal, label_percent, label_timedelta


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, (text, seen)


lengths = [datetime.timedelta(days=1), datetime.timedelta(hours=36), datetime.timedelta(seconds=30)]
holds("lengths of time", label_timedelta()(lengths), ["24 h", "36 h", "0 h"])
holds("parts of two", label_percent()([0.001, 0.5]), ["0%", "50%"])
holds("parts of five", label_percent()([0.001, 0.0049, 0.5, 1, 0.995]), ["0.10%", "0.49%", "50.00%", "100.00%", "99.50%"])
holds("numbers", label_number()([1234.567, 0.1]), ["1235", "0"])
holds("bytes", label_bytes()([5_000_000, -5_000_000]), ["5 MiB", "-5000000 B"])
holds("money", label_currency()([1234.5, 0.001]), ["$1234.50", "$0.00"])
holds("places", label_ordinal()([-1, 21]), ["-1th", "21st"])
PYTHON
echo "held: 30 seconds are 0 hours"
