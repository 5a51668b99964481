#!/usr/bin/env bash
# woodwork 0.31.0, pandas 2.3.3, numpy 1.26.4
#
# A column of "failed", "passed", "off" and "maybe" that is made Boolean is True throughout: "no", "n", "f", "false" and
# "0" are False, and any other text is True. As BooleanNullable the same column is an error. 2.7 as Integer is 2, and an
# error as IntegerNullable, and an age of 2.9 is 2.
#
# Most would guess: what is neither true nor false is an error in both, and so is a fraction.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check woodwork==0.31.0 pandas==2.3.3 \
    numpy==1.26.4

"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import woodwork


def typed(values: list, kind: str):
    table = pandas.DataFrame({"value": values})
    try:
        table.ww.init(logical_types={"value": kind})
    except woodwork.exceptions.TypeConversionError:
        return "error"
    return table["value"].tolist()


words = ["failed", "passed", "off", "maybe", "no", "0"]
seen = {
    (kind, len(values)): typed(values, kind)
    for kind, values in [
        ("Boolean", words),
        ("BooleanNullable", words),
        ("Integer", [2.7, 3.2]),
        ("IntegerNullable", [2.7, 3.2]),
        ("Age", [2.9, 30.0]),
    ]
}
print(seen)
assert list(seen.values()) == [[True, True, True, True, False, False], "error", [2, 3], "error", [2, 30]], seen
print("held: failed and off are True, and 2.7 is 2, unless the type is nullable")
PYTHON
