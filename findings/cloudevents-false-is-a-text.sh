#!/usr/bin/env bash
# cloudevents 2.2.0
#
# In an HTTP message in binary mode, with application/json as the type of its data, false arrives as the text "False",
# which is true, and a list with a null as the text "['a', None]". The text "5" arrives as the number 5, and the text
# "null" as no data. In structured mode, with the same type, all of them arrive as they were sent. An attribute of true
# is sent as "True", where the specification has "true".
#
# Most would guess: the mode is a matter of transport, and data of JSON is written as JSON in both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cloudevents==2.2.0

"$folder/venv/bin/python" - <<'PYTHON'
from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

attributes = {
    "id": "1",
    "source": "/orders",
    "type": "checked",
    "specversion": "1.0",
    "datacontenttype": "application/json",
    "passed": True,
}
data = [False, ["a", None], "5", "null", {"passed": False}]
seen = {"binary": [], "structured": []}
for value in data:
    event = CloudEvent(dict(attributes), value)
    binary = http.to_binary(event, JSONFormat())
    seen["binary"].append(http.from_binary(binary, JSONFormat()).get_data())
    seen["structured"].append(http.from_structured(http.to_structured(event, JSONFormat()), JSONFormat()).get_data())
print(seen, binary.headers["ce-passed"])
assert seen["structured"] == data, seen
assert seen["binary"] == ["False", "['a', None]", 5, None, {"passed": False}], seen
assert binary.headers["ce-passed"] == "True", binary.headers
print("held: in binary mode false is a text that is true, and a text of null no data")
PYTHON
