#!/usr/bin/env bash
# luigi 3.8.1
#
# A time delta of luigi is read by the first letter of its unit, and from what follows nothing matters: "30
# milliseconds" are 30 minutes, "1 month" is one minute and "10 weekdays" are ten weeks. What cannot be read is left
# out where something before it could be: "1 hour and 30 minutes" is an hour. And tasks whose time deltas differ by less
# than a second are one to the scheduler: of those for 1, 1.5 and 2 seconds two run, and the build is a success.
#
# Most would guess: an error for a unit that is not known, as for "1 year", and the whole of a text or none of it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check luigi==3.8.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import luigi

ran = []


class Wait(luigi.Task):
    length = luigi.TimeDeltaParameter()

    def run(self):
        ran.append(self.length.total_seconds())

    def complete(self):
        return self.length.total_seconds() in ran


TEXTS = ("30 milliseconds", "1 month", "10 weekdays", "1 hour and 30 minutes", "1 hour 30 minutes", "1 year")
seen = {}
for text in TEXTS:
    try:
        seen[text] = str(luigi.TimeDeltaParameter().parse(text))
    except luigi.parameter.ParameterException:
        seen[text] = "error"
waits = [Wait(length=datetime.timedelta(seconds=length)) for length in (1, 1.5, 2)]
success = luigi.build(waits, local_scheduler=True, log_level="CRITICAL")
print(seen, ran, success)
assert seen == {
    "30 milliseconds": "0:30:00",
    "1 month": "0:01:00",
    "10 weekdays": "70 days, 0:00:00",
    "1 hour and 30 minutes": "1:00:00",
    "1 hour 30 minutes": "1:30:00",
    "1 year": "error",
}, seen
assert success and len(ran) == 2 and sum(wait.complete() for wait in waits) == 2, (ran, success)
print("held: 30 milliseconds are 30 minutes")
PYTHON
