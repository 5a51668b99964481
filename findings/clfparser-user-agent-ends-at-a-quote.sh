#!/usr/bin/env bash
# clfparser 0.3, apachelogs 0.6.1
#
# Lines of a log of Apache, by two readers. A quote within the user agent, which Apache writes as \", ends it for
# clfparser, and the rest is lost. The time is naive with the hour of the log, whose offset is another field: 03:04:05
# at -0330 is 03:04:05. A user name with a space makes all fields empty texts, without an error. apachelogs has all of
# it right, and loses the milliseconds of a time that is written as seconds of Unix and a fraction of them, where it
# keeps them beside a date.
# Seen: "Mozilla/5.0 (the \" of Mozilla/5.0 (the "best") for clfparser
#
# Most would guess: the whole user agent, 06:34:05 in UTC, and an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check clfparser==0.3 apachelogs==0.6.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import clfparser
from apachelogs import COMBINED, LogParser

LINE = r'10.0.0.1 - {} [02/Jan/2024:03:04:05 -0330] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0 (the \"best\")"'


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert str(seen) == expected, text


fields = clfparser.CLFParser.logDict(LINE.format("-"))
entry = LogParser(COMBINED).parse(LINE.format("-"))
holds("user agent", fields["Useragent"], r'"Mozilla/5.0 (the \"')
holds("for apachelogs", entry.headers_in["User-Agent"], 'Mozilla/5.0 (the "best")')
holds("time", fields["time"], "2024-01-02 03:04:05")
holds("for apachelogs", entry.request_time, "2024-01-02 03:04:05-03:30")
spaced = clfparser.CLFParser.logDict(LINE.format("bob smith"))
holds("user with a space", (spaced["h"], spaced["s"], spaced["time"]), "('', '', '')")
holds("for apachelogs", LogParser(COMBINED).parse(LINE.format("bob smith")).remote_user, "bob smith")
dated = LogParser("%{%d/%b/%Y %H:%M:%S}t.%{msec_frac}t %{%z}t").parse("02/Jan/2024 03:04:05.025 +0000")
holds("date and fraction", dated.request_time, "2024-01-02 03:04:05.025000+00:00")
unix = LogParser("%{sec}t.%{msec_frac}t").parse("1704164645.025")
holds("seconds and fraction", unix.request_time, "2024-01-02 03:04:05+00:00")
print("held: the user agent ends at a quote")
PYTHON
