#!/usr/bin/env bash
# openlineage-python 1.54.0
#
# The client checks that a run's id is a UUID, and sends it as it is written: in capitals, without hyphens, in braces or
# with urn:uuid: before it, so one run has five ids for who compares texts. It also sends a type of event that there is
# not, "DONE", a time without a zone, and a job without a name, all of which its own specification excludes.
#
# Most would guess: what is checked is sent in one spelling, or refused in the others; and an unknown type is an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openlineage-python==1.54.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json

from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.serde import Serde

ID = "0189e8a4-6b0c-7cde-8f01-23456789abcd"


def sent(run_id=ID, **changes):
    fields = {
        "eventType": RunState.COMPLETE,
        "eventTime": "2024-01-01T00:00:00Z",
        "run": Run(runId=run_id),
        "job": Job(namespace="example", name="load"),
        "producer": "https://example.com/producer",
    }
    return json.loads(Serde.to_json(RunEvent(**{**fields, **changes})))


spellings = [ID, ID.upper(), ID.replace("-", ""), "{" + ID + "}", "urn:uuid:" + ID]
ids = [sent(spelling)["run"]["runId"] for spelling in spellings]
kind = sent(eventType="DONE")["eventType"]
time = sent(eventTime="2024-01-01T00:00:00")["eventTime"]
name = sent(job=Job(namespace="", name=""))["job"]["name"]
print(ids, kind, time, repr(name))
assert ids == spellings and len(set(ids)) == 5, ids
assert (kind, time, name) == ("DONE", "2024-01-01T00:00:00", ""), (kind, time, name)
for refused in (ID[:-1], "load"):
    try:
        sent(refused)
    except ValueError:
        continue
    raise SystemExit("an id that is no UUID is sent now")
print("held: one run can have five ids, and an event of a type that does not exist is sent")
PYTHON
