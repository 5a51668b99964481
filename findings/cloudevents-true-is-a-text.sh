#!/usr/bin/env bash
# cloudevents 2.2.0
#
# An event has the attributes rows = 5 and full = true. Sent over HTTP as one document of JSON it arrives as it was.
# Sent with its attributes as headers it arrives with the texts "5" and "True", the latter spelled as Python does and
# not as CloudEvents does, "true". So what a receiver compares or adds up depends on how the sender has sent it. A
# time is a time both ways.
#
# Most would guess: one event is equal after both ways of sending it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cloudevents==2.2.0

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

NOON = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc)
event = CloudEvent(
    {"specversion": "1.0", "type": "loaded", "source": "/orders", "id": "1", "time": NOON, "rows": 5, "full": True}
)
seen = {}
for name, write in (("document", http.to_structured), ("headers", http.to_binary)):
    message = write(event, JSONFormat())
    attributes = http.from_http(message, JSONFormat()).get_attributes()
    seen[name] = {key: attributes[key] for key in ("rows", "full")}
    print(name, message.headers, seen[name])
    assert attributes["time"] == NOON, attributes
assert seen == {"document": {"rows": 5, "full": True}, "headers": {"rows": "5", "full": "True"}}, seen
print("held: an event's number and its true are texts when they are sent as headers")
PYTHON
