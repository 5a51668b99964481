#!/usr/bin/env bash
# jsons 1.6.3
#
# For a field of several types jsons takes the first one to which a value can be turned, also when the value has one of
# the other types as it is. For `Union[int, float]` 1.5 is 1, for the text "1.5" it is 1.5, as that cannot be turned
# into an integer. It is cut when an object is written, too, and `strict=True` does not help. For `Union[bool, str]`
# each text but an empty one is True, and 123 as a text is a list of three integers.
# Seen: load 1.5 -> 1, "1.5" -> 1.5; dump 1.5 -> 1; "no" -> True; "123" for List[int] or str -> [1, 2, 3]
#
# Most would guess: 1.5, as a float is one of the types, and the text as it is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jsons==1.6.3
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from dataclasses import dataclass
from typing import List, Union

import jsons


@dataclass
class Price:
    price: Union[int, float]


@dataclass
class Row:
    state: Union[bool, str]
    codes: Union[List[int], str]


number = jsons.load({"price": 1.5}, Price).price
strict = jsons.load({"price": 1.5}, Price, strict=True).price
text = jsons.load({"price": "1.5"}, Price).price
written = jsons.dump(Price(1.5))["price"]
print(number, strict, text, written)
assert (number, strict, text, written) == (1, 1, 1.5, 1), written
row = jsons.load({"state": "no", "codes": "123"}, Row)
print(row)
assert row.state is True and row.codes == [1, 2, 3], row
PYTHON
echo "held: 1.5 is 1, read and written"
