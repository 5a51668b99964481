#!/usr/bin/env bash
# fit-tool 0.9.16, fitparse 1.2.0, fitdecode 0.11.0, garmin-fit-sdk 21.218.0
#
# A file of a sports watch and four readers of it. Where the sensor gave nothing, fit-tool has a heart rate of 255, a
# cadence of 255 and 127 degrees, fitparse and fitdecode None, and Garmin's own reader no such field. The local time of
# the activity, an hour ahead of UTC, is 04:04:05 in UTC for fitdecode, a naive time for fitparse, and a number since
# 1989 for the other two. A time of 03:04:06.999 is written as 03:04:07.
# Seen: 255, None, None and no field
#
# Most would guess: None or no field by all, and no zone on a local time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  fit-tool==0.9.16 fitparse==1.2.0 fitdecode==0.11.0 garmin-fit-sdk==21.218.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime

import fitdecode
import fitparse
import garmin_fit_sdk
from fit_tool.fit_file import FitFile
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer

SINCE = 631065600  # 31 December 1989, the zero of the format, as Unix time
start = int(datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc).timestamp())
head = FileIdMessage()
head.type = FileType.ACTIVITY
head.manufacturer = Manufacturer.DEVELOPMENT.value
head.time_created = start * 1000
record = RecordMessage()
record.timestamp = start * 1000 + 1999
record.heart_rate, record.cadence, record.temperature = 255, 255, 127
activity = ActivityMessage()
activity.timestamp = start * 1000
activity.local_timestamp = start - SINCE + 3600
builder = FitFileBuilder(auto_define=True)
for message in (head, record, activity):
    builder.add(message)
builder.build().to_file("run.fit")


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


FIELDS = ("heart_rate", "cadence", "temperature")
tool = [each.message for each in FitFile.from_file("run.fit").records if not each.is_definition]
holds("fit-tool", [getattr(tool[1], field) for field in FIELDS], [255, 255, 127])
parsed = [message.get_values() for message in fitparse.FitFile("run.fit").get_messages()]
holds("fitparse", [parsed[1][field] for field in FIELDS], [None, None, None])
with fitdecode.FitReader("run.fit") as file:
    frames = [each for each in file if isinstance(each, fitdecode.FitDataMessage)]
decoded = [{field.name: field.value for field in frame.fields} for frame in frames]
holds("fitdecode", [decoded[1][field] for field in FIELDS], [None, None, None])
garmin, _ = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_file("run.fit")).read()
holds("Garmin", [field in garmin["record_mesgs"][0] for field in FIELDS], [False, False, False])
holds("time", str(decoded[1]["timestamp"]), "2024-01-02 03:04:07+00:00")
holds("local by fitparse", str(parsed[2]["local_timestamp"]), "2024-01-02 04:04:05")
holds("local by fitdecode", str(decoded[2]["local_timestamp"]), "2024-01-02 04:04:05+00:00")
holds("local by Garmin", garmin["activity_mesgs"][0]["local_timestamp"], start - SINCE + 3600)
holds("local by fit-tool", tool[2].local_timestamp, start - SINCE + 3600)
print("held: a missing heart rate is 255")
PYTHON
