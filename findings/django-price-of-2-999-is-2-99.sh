#!/usr/bin/env bash
# django 5.2.19
#
# `number_format()` of Django, which templates use for each number once a format of a country is on, has an argument
# for the number of decimals, and cuts there: 2.999 is 2.99 and -0.001 is -0.00. The filter `floatformat` rounds. `add`
# makes integers of what it gets, so 1.5 and 5 are 6, and of texts that are no integers a longer text: "1.5" and 5 are
# 1.55.
# Seen: number_format(2.999, 2) is 2.99, floatformat:2 is 3.00; 1.5|add:"5" is 6, "1.5"|add:"5" is 1.55, 1.9|add:"1.9"
# is empty
#
# Most would guess: 3.00 by both, and 6.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check django==5.2.19
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import django
from django.conf import settings

settings.configure(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
django.setup()

from django.template import Context, Template
from django.utils.formats import number_format


def shown(value, expression):
    return Template("{{ value|" + expression + " }}").render(Context({"value": value}))


numbers = [number_format(value, 2) for value in [2.999, "2.999", -0.001, 0.1 + 0.2]]
print(numbers, shown(2.999, "floatformat:2"))
assert numbers == ["2.99", "2.99", "-0.00", "0.30"], numbers
assert shown(2.999, "floatformat:2") == "3.00"

sums = [shown(1.5, 'add:"5"'), shown("1.5", 'add:"5"'), shown(1.9, 'add:"1.9"'), shown("2", 'add:"5"')]
print(sums, shown("1.5", "filesizeformat"), shown(2.9, 'stringformat:"d"'))
assert sums == ["6", "1.55", "", "7"], sums
PYTHON
echo "held: 2.999 is 2.99"
