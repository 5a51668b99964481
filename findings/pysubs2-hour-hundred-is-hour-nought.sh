#!/usr/bin/env bash
# pysubs2 1.8.1
#
# Times of long recordings. Of an hour with three digits the last two are read, so 100:00:00 is the start. What is
# moved past 100 hours is written, with a warning, as 99:59:59,999, start and end alike, and in ASS what is past 10
# hours as 9:59:59.99; what is moved before the start is written as 0 to 0. Words in braces are taken for formatting
# and left out of a file of another format: "use {name} here" comes back as "use  here".
# Seen: 123:00:00,000 is 23.0 hours
#
# Most would guess: 123 hours, and the text as it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pysubs2==1.8.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pysubs2


def read(start, end="", text="hello"):
    return pysubs2.SSAFile.from_string(f"1\n{start},000 --> {end or start},500\n{text}\n")


hours = {text: read(text)[0].start / 3_600_000 for text in ("99:00:00", "100:00:00", "123:00:00")}
print(hours)
assert hours == {"99:00:00": 99, "100:00:00": 0, "123:00:00": 23}, hours

late = read("01:30:00", "02:00:00")
late.shift(h=99)
as_srt, as_ass = late.to_string("srt"), late.to_string("ass").splitlines()[-1]
print(as_srt, as_ass)
assert as_srt.splitlines()[1] == "99:59:59,999 --> 99:59:59,999", as_srt
assert as_ass.startswith("Dialogue: 0,9:59:59.99,9:59:59.99,"), as_ass

early = read("00:00:01", "00:00:02")
early.shift(s=-5)
assert early.to_string("srt").splitlines()[1] == "00:00:00,000 --> 00:00:00,000", early.to_string("srt")

words = read("00:00:01", "00:00:02", "use {name} here").to_string("srt").splitlines()[2]
print(words)
assert words == "use  here", words
PYTHON
echo "held: hour 100 is hour 0"
