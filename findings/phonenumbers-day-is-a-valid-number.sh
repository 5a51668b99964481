#!/usr/bin/env bash
# phonenumbers 9.0.43
#
# In Germany `2024-01-02` is a valid phone number, as `is_valid_number` says, and so are `5/6/2024`, the latitude
# 52.5012345 and the Unix time 1704067200. Two numbers with a slash between them are one valid number. A number with its
# country code but without the plus has the code twice, and is valid.
# Seen: +4920240102, +4930123456123457, +49491701234567, all valid
#
# Most would guess: not valid; and two numbers, or the first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check phonenumbers==9.0.43

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import phonenumbers

EXPECTED = {
    "2024-01-02": "+4920240102",
    "5/6/2024": "+49562024",
    "52.5012345": "+49525012345",
    "1704067200": "+491704067200",
    "030 123456 / 123457": "+4930123456123457",
    "491701234567": "+49491701234567",
}
for text, number in EXPECTED.items():
    parsed = phonenumbers.parse(text, "DE")
    seen = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    print(text, "is", seen)
    assert seen == number, seen
    assert phonenumbers.is_valid_number(parsed), text
print("held: a day, a latitude and two numbers in one are valid numbers")
PYTHON
