#!/usr/bin/env bash
# typedload 2.41
#
# A text for a field of another basic type is cast by the type's own constructor, by default. So for a bool the texts
# "false", "no", "0" and "off", as from a form, the environment or a CSV file, are True, all but the empty one; and a
# number of 1.9 is cut to 1 for an int, while the text "1.9" is an error. A Union of int and str leaves the text "1" as
# it is. Only failonextra and basiccast=False say otherwise, and with the latter each text is refused.
# Seen: {'enabled': 'false', 'retries': 1.9} -> enabled True, retries 1
#
# Most would guess: False, or an error, as 1.9 is no int and "false" no bool.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check typedload==2.41

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import dataclasses

import typedload
from typedload.exceptions import TypedloadException


@dataclasses.dataclass
class Job:
    enabled: bool
    retries: int


seen = typedload.load({"enabled": "false", "retries": 1.9}, Job)
print(seen)
assert seen == Job(enabled=True, retries=1), seen
casts = {text: typedload.load(text, bool) for text in ("false", "no", "0", "off", "False", "")}
print(casts)
assert casts == {"false": True, "no": True, "0": True, "off": True, "False": True, "": False}, casts
assert typedload.load("1", int | str) == "1"
for refused, kind, options in (("1.9", int, {}), ("false", bool, {"basiccast": False})):
    try:
        typedload.load(refused, kind, **options)
    except TypedloadException as error:
        print("refused:", refused, type(error).__name__)
    else:
        raise SystemExit(f"{refused} is taken")
print("held: false is true, and 1.9 is 1")
PYTHON
