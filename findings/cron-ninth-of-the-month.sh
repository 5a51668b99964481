#!/usr/bin/env bash
# croniter 7.0.0, crontab 1.0.5, cronsim 2.8, cron-descriptor 2.2.1, cron-parser 5.10.6, croner 11.0.1 (npm)
#
# `0 5 9 * * *` has six fields. For cronsim, cron-parser, croner and cron-descriptor the first is the second: each day
# at 09:05:00. For croniter the last is the second: on the ninth of each month, each second of the minute at 05:00.
# For crontab the last is the year: on the ninth of each month at 05:00. None refuses it.
# Seen: cronsim 1 January 09:05:00; croniter 9 January 05:00:00, 05:00:01; crontab 9 January 05:00, 9 February 05:00
#
# Most would guess: a sixth field is the second, at one end of the line in all of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check croniter==7.0.0 crontab==1.0.5 \
    cronsim==2.8 cron-descriptor==2.2.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cron-parser@5.10.6 croner@11.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import cron_descriptor
import croniter
import cronsim
import crontab

CRON = "0 5 9 * * *"
START = datetime.datetime(2024, 1, 1)
of_croniter = croniter.croniter(CRON, START, ret_type=datetime.datetime)
of_cronsim = cronsim.CronSim(CRON, START)
of_crontab = crontab.CronTab(CRON)
first = of_crontab.next(START, return_datetime=True, default_utc=True)
seen = {
    "croniter": [of_croniter.get_next() for _ in range(2)],
    "cronsim": [next(of_cronsim) for _ in range(2)],
    "crontab": [first, of_crontab.next(first, return_datetime=True, default_utc=True)],
}
words = cron_descriptor.get_description(CRON)
shown = {name: [f"{time:%m-%d %H:%M:%S}" for time in times] for name, times in seen.items()}
print(shown, words)
assert shown == {
    "croniter": ["01-09 05:00:00", "01-09 05:00:01"],
    "cronsim": ["01-01 09:05:00", "01-02 09:05:00"],
    "crontab": ["01-09 05:00:00", "02-09 05:00:00"],
}, shown
assert words == "At 09:05 AM", words
PYTHON

node - <<'NODE'
const assert = require("node:assert");
const {CronExpressionParser} = require("cron-parser");
const {Cron} = require("croner");
const start = new Date("2024-01-01T00:00:00Z");
const text = "0 5 9 * * *";
const seen = {
  "cron-parser": CronExpressionParser.parse(text, {currentDate: start, tz: "UTC"}).next().toDate().toISOString(),
  croner: new Cron(text, {timezone: "UTC"}).nextRun(start).toISOString(),
};
console.log(seen);
assert.deepStrictEqual(seen, {"cron-parser": "2024-01-01T09:05:00.000Z", croner: "2024-01-01T09:05:00.000Z"});
console.log("held: six fields are each day at 09:05, each second of a minute on the ninth, or once on the ninth");
NODE
