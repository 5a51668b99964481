#!/usr/bin/env bash
# croniter 7.0.0, cron-descriptor 2.2.1, croner 11.0.1 (npm)
#
# 0 0 31W * *, "on the weekday nearest day 31 of the month", is in all twelve months for croniter, on 29 February as
# well, and in the seven months that have a 31st for croner. croniter has 31 alone in seven months, too, so it is the W
# that adds five runs a year. 30W in February is on its last weekday by one, and never by the other.
#
# Most would guess: W moves a day to the weekday beside it, and where there is no such day, there is nothing to move.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check croniter==7.0.0 cron-descriptor==2.2.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts croner@11.0.1

cat >runs.mjs <<'JS'
import { Cron } from "croner";

const months = (schedule) =>
    new Cron(schedule, { timezone: "UTC", paused: true })
        .nextRuns(12, "2023-12-31T12:00:00Z")
        .filter((run) => run.getUTCFullYear() === 2024)
        .map((run) => run.getUTCMonth() + 1);
console.log(JSON.stringify(["0 0 31 * *", "0 0 31W * *", "0 0 30W 2 *"].map(months)));
JS

"$folder/venv/bin/python" - "$(node runs.mjs)" <<'PYTHON'
import datetime
import json
import sys

from cron_descriptor import get_description
from croniter import croniter

begin = datetime.datetime(2023, 12, 31, 12)


def months(schedule: str) -> list[int]:
    runs = croniter(schedule, begin)
    return [run.month for run in (runs.get_next(datetime.datetime) for _ in range(12)) if run.year == 2024]


by_croniter = [months(schedule) for schedule in ("0 0 31 * *", "0 0 31W * *", "0 0 30W 2 *")]
by_croner = json.loads(sys.argv[1])
print(by_croniter, by_croner, get_description("0 0 31W * *"))
long = [1, 3, 5, 7, 8, 10, 12]
assert by_croniter == [long, list(range(1, 13)), [2]], by_croniter
assert by_croner == [long, long, []], by_croner
assert get_description("0 0 31W * *") == "At 12:00 AM, on the weekday nearest day 31 of the month"
print("held: the weekday nearest to the 31st is in February, too, for one of two")
PYTHON
