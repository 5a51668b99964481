#!/usr/bin/env bash
# singer-sdk 0.54.9
#
# A tap hands over that a run took 30 hours: the record says that it took "1970-01-02T06:00:00+00:00", and for one second
# less than nothing "1969-12-31T23:59:59+00:00". In a column of true and false the text "false" is sent as true. A time
# without a zone leaves as one in UTC. None of it is an error.
#
# Most would guess: a duration as a number or in ISO 8601, here PT30H, or an error; and no true of "false".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check singer-sdk==0.54.9

cd "$folder"
cat >tap.py <<'PYTHON'
import datetime

from singer_sdk import Stream, Tap
from singer_sdk import typing as th


class Runs(Stream):
    name = "runs"
    schema = th.PropertiesList(
        th.Property("took", th.StringType), th.Property("passed", th.BooleanType), th.Property("at", th.DateTimeType)
    ).to_dict()

    def get_records(self, context):
        for seconds, passed in ((30 * 3600, "false"), (-1, False)):
            yield {
                "took": datetime.timedelta(seconds=seconds),
                "passed": passed,
                "at": datetime.datetime(2024, 1, 1),
            }


class Example(Tap):
    name = "tap-example"
    config_jsonschema = th.PropertiesList().to_dict()

    def discover_streams(self):
        return [Runs(self)]


Example(config={}).sync_all()
PYTHON
"$folder/venv/bin/python" tap.py >messages 2>log
"$folder/venv/bin/python" - <<'PYTHON'
import json

messages = [json.loads(line) for line in open("messages")]
seen = [message["record"] for message in messages if message["type"] == "RECORD"]
print(seen)
AT = "2024-01-01T00:00:00.000000+00:00"
assert seen == [
    {"took": "1970-01-02T06:00:00+00:00", "passed": True, "at": AT},
    {"took": "1969-12-31T23:59:59+00:00", "passed": False, "at": AT},
], seen
print("held: thirty hours are a date in 1970")
PYTHON
