#!/usr/bin/env bash
# schedule 1.2.2
#
# Of three jobs that are due the second fails. A loop that catches what run_pending raises, and goes on, runs the first
# once, the second at each turn, and the third never: the job that failed is due as before and comes first, and what it
# raises ends the turn. The third is due ever since, and no state says so.
#
# Most would guess: the next turn runs the others, as a job that failed has had its turn.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check schedule==1.2.2

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import schedule

scheduler, ran = schedule.Scheduler(), []


def load(name: str) -> None:
    ran.append(name)
    if name == "orders":
        raise RuntimeError("no such luck")


for name in ("customers", "orders", "revenue"):
    job = scheduler.every().hour.do(load, name)
    job.next_run = datetime.datetime.now() - datetime.timedelta(hours=1)
for _ in range(5):
    try:
        scheduler.run_pending()
    except RuntimeError:
        continue
never = [job.job_func.args[0] for job in scheduler.jobs if job.last_run is None]
print(ran, "never:", never)
assert ran == ["customers", "orders", "orders", "orders", "orders", "orders"], ran
assert never == ["orders", "revenue"], never
print("held: the jobs behind one that fails never run")
PYTHON
