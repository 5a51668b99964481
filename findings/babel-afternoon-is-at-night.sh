#!/usr/bin/env bash
# Babel 2.19.0
#
# Half past three in the afternoon, formatted for Canada, Mexico, Korea or Greece and parsed for the same country, is
# half past three at night: parse_time() knows "am" and "pm" alone, and ignores all other words. For Britain and
# Germany, whose clocks have 24 hours, it ignores "pm", too. 5 March 2024, formatted for Latvia and Kazakhstan and
# parsed there, is 24 March 2005, and for Myanmar a day of the year 5. In one file for the USA 12/11 is in December,
# and 31/12, too.
# Seen: 3:30 p.m. -> 03:30; 11:30 PM -> 11:30; 05.03.24 -> 2005-03-24; 5/3/24 -> 0005-03-24
#
# Most would guess: what a library has formatted for a country it parses for it, or refuses.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Babel==2.19.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

from babel import dates

AFTERNOON, DAY = dt.time(15, 30), dt.date(2024, 3, 5)


def read(country):
    return str(dates.parse_time(dates.format_time(AFTERNOON, "short", locale=country), locale=country))[:5]


def read_day(country):
    return str(dates.parse_date(dates.format_date(DAY, "short", locale=country), locale=country))


times = {country: read(country) for country in ("en_US", "en_AU", "en_CA", "es_MX", "ko", "el", "zh_Hant_TW")}
late = {country: str(dates.parse_time("11:30 PM", locale=country))[:5] for country in ("en_US", "en_GB", "de")}
days = {country: read_day(country) for country in ("en_US", "de", "lv", "kk", "my")}
usa = [str(dates.parse_date(text, locale="en_US")) for text in ("12/11/2024", "31/12/2024")]
print(times, late, days, usa, sep="\n")
night = dict.fromkeys(("en_CA", "es_MX", "ko", "el", "zh_Hant_TW"), "03:30")
assert times == {"en_US": "15:30", "en_AU": "15:30"} | night, times
assert late == {"en_US": "23:30", "en_GB": "11:30", "de": "11:30"}, late
assert days == {"en_US": str(DAY), "de": str(DAY), "lv": "2005-03-24", "kk": "2005-03-24", "my": "0005-03-24"}, days
assert usa == ["2024-12-11", "2024-12-31"], usa
print("held: 3:30 p.m. that was formatted is 03:30 when it is parsed")
PYTHON
