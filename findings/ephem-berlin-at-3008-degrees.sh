#!/usr/bin/env bash
# ephem 4.2.1
#
# A latitude that is a number is taken in radians, and one that is a text in degrees. So 52.5 is 3,008 degrees north,
# which is no error: the sun rises there, two and a half hours late. 1 is 57 degrees. A day that does not exist, 30
# February or one of month 13, is one of March or of the next year.
# Seen: '52.5': 52:30:00.0, rises 02:42; 52.5: 3008:01:42.3, rises 05:13
#
# Most would guess: degrees, as in the text, or an error for more than 90.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ephem==4.2.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ephem


def rising(latitude, longitude):
    observer = ephem.Observer()
    observer.lat, observer.lon = latitude, longitude
    observer.date = "2024/6/21"
    return str(observer.lat), str(observer.next_rising(ephem.Sun()))[:15]


seen = {"text": rising("52.5", "13.4"), "number": rising(52.5, 13.4), "one": rising(1, 1)[0]}
days = [str(ephem.Date(text)) for text in ("2024/2/30", "2024/13/1")]
print(seen, days)
assert seen == {
    "text": ("52:30:00.0", "2024/6/21 02:42"),
    "number": ("3008:01:42.3", "2024/6/21 05:13"),
    "one": "57:17:44.8",
}, seen
assert days == ["2024/3/1 00:00:00", "2025/1/1 00:00:00"], days
print("held: a latitude of 52.5 is 3,008 degrees north")
PYTHON
