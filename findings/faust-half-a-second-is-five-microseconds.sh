#!/usr/bin/env bash
# faust-streaming 0.15.3
#
# A record of Faust with coerce=True brings a message to the types of its fields. The digits behind the point of a
# time are read as a number of microseconds: 10:00:00.5 is 5 microseconds past ten, and .25 is 25. The text "false" is
# true, as each text is, the texts in a list of integers stay texts, and a date stays one. A list as the default of a
# field is one for all records: what is appended to one is in the others. Bytes are written as the text "b'a'".
# Seen: .5 -> 5 microseconds, "false" -> True, ["1"] -> ["1"]; the second record has [7]
#
# Most would guess: half a second, false, integers, and records that have nothing to do with each other.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  faust-streaming==0.15.3 setuptools==80.9.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import typing
import warnings

warnings.simplefilter("ignore")
import faust  # noqa: E402


class Event(faust.Record, coerce=True, serializer="json"):
    at: datetime.datetime = None
    failed: bool = False
    rows: typing.List[int] = []


def microseconds(text):
    return Event.from_data({"at": text}).at.microsecond


first, second = Event(), Event()
first.rows.append(7)
seen = {
    "half": microseconds("2024-01-02T10:00:00.5Z"),
    "quarter": microseconds("2024-01-02T10:00:00.25Z"),
    "failed": Event.from_data({"failed": "false"}).failed,
    "rows": Event.from_data({"rows": ["1"]}).rows,
    "second": second.rows,
    "bytes": faust.serializers.codecs.dumps("json", {"a": b"a"}).decode(),
}
print(seen)
assert seen == {
    "half": 5,
    "quarter": 25,
    "failed": True,
    "rows": ["1"],
    "second": [7],
    "bytes": '{"a":"b\'a\'"}',
}, seen
print("held: half a second is five microseconds")
PYTHON
