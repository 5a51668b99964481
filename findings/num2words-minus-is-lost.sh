#!/usr/bin/env bash
# num2words 0.5.14
#
# Minus a half in words is "zero point five" in English, and as much in German, French, Spanish, Dutch and Japanese;
# minus one and a half has its minus. As an amount of money both have it, and in Italian both, too.
#
# Most would guess: minus zero point five.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check num2words==0.5.14

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from num2words import num2words

seen = [num2words(-0.5), num2words(-1.5), num2words("-0.25"), num2words(-0.5, to="currency")]
others = {language: num2words(-0.5, lang=language) for language in ("de", "fr", "es", "nl", "ja", "it")}
print(seen, others)
assert seen == ["zero point five", "minus one point five", "zero point two five", "minus zero euro, fifty cents"], seen
assert others == {
    "de": "null Komma fünf",
    "fr": "zéro virgule cinq",
    "es": "cero punto cinco",
    "nl": "nul komma vijf",
    "ja": "零点五",
    "it": "meno zero virgola cinque",
}, others
print("held: minus a half is zero point five")
PYTHON
