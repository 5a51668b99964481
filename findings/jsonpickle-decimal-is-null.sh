#!/usr/bin/env bash
# jsonpickle 4.1.4
#
# jsonpickle writes any object as JSON, and with `unpicklable=False` as plain JSON for others. Then a Decimal and a
# timedelta are null, without an error or a warning, where a date is its text; so a price is missing. A fraction is its
# two private fields. The keys 1 and "1" are one, a key that is a day is the text of its code, and data of one's own
# with a key such as `py/tuple` or `py/object` loses it on the way back.
# Seen: Decimal("1.10") -> null, timedelta(seconds=90) -> null, date -> "2024-01-02"; {"py/tuple": [1], "x": 1} ->
# {"x": 1}
#
# Most would guess: a number or a text, or an error, as the module json of Python has it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jsonpickle==4.1.4
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import decimal
import fractions

import jsonpickle

row = {
    "price": decimal.Decimal("1.10"),
    "took": datetime.timedelta(seconds=90),
    "day": datetime.date(2024, 1, 2),
    "share": fractions.Fraction(1, 3),
}
text = jsonpickle.encode(row, unpicklable=False)
print(text)
assert text == (
    '{"price": null, "took": null, "day": "2024-01-02", "share": {"_numerator": 1, "_denominator": 3}}'
), text
assert jsonpickle.decode(jsonpickle.encode(row)) == row

keys = jsonpickle.decode(jsonpickle.encode({1: "a", "1": "b", datetime.date(2024, 1, 2): "c"}))
own = jsonpickle.decode(jsonpickle.encode({"py/tuple": [1], "x": 1}))
print(keys, own)
assert keys == {"1": "b", "datetime.date(2024, 1, 2)": "c"}, keys
assert own == {"x": 1}, own
PYTHON
echo "held: a Decimal is null"
