#!/usr/bin/env bash
# srt 3.5.3, pysubs2 1.8.1
#
# A time below zero is written with the hour rounded down and the rest counted up from it, so one second before is
# -1:59:59,000, which the library itself does not read. The part behind the comma is a number of milliseconds however
# many digits it has: ,5 is 5 and ,1234 is more than a second, where pysubs2 takes ,5 for a half. Subtitles that are
# moved before the start are left out when they are written, and the others numbered anew.
# Seen: -1:59:59,000 for a second before the start
#
# Most would guess: -00:00:01,000, or an error; and a half.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check srt==3.5.3 pysubs2==1.8.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import pysubs2
import srt

written = [srt.timedelta_to_srt_timestamp(datetime.timedelta(seconds=seconds)) for seconds in (-1, -0.5, -3600)]
print(written)
assert written == ["-1:59:59,000", "-1:59:59,500", "-1:00:00,000"], written
for text in written:
    try:
        srt.srt_timestamp_to_timedelta(text)
    except srt.TimestampParseError:
        continue
    raise AssertionError(f"{text} was read")

TIMES = {"00:00:01,5": (1.005, 1.5), "00:00:01,50": (1.05, 1.5), "00:00:01,500": (1.5, 1.5), "00:00:01,05": (1.005, 1.05)}
for text, expected in TIMES.items():
    file = pysubs2.SSAFile.from_string(f"1\n{text} --> 00:00:09,000\nhello\n")
    seen = (srt.srt_timestamp_to_timedelta(text).total_seconds(), file[0].start / 1000)
    print(text, seen)
    assert seen == expected, (text, seen)

moved = [
    srt.Subtitle(1, datetime.timedelta(seconds=-1), datetime.timedelta(seconds=2), "begins before"),
    srt.Subtitle(2, datetime.timedelta(seconds=3), datetime.timedelta(seconds=4), "later"),
]
text = srt.compose(moved)
print(text)
assert text == "1\n00:00:03,000 --> 00:00:04,000\nlater\n\n", text
PYTHON
echo "held: a second before is -1:59:59"
