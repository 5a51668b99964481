#!/usr/bin/env bash
# croniter 7.0.0, cronsim 2.8, cron-descriptor 2.2.1
#
# 0 0 */1 * 1 is each day for croniter, and Monday for cronsim and in words: whether */1 is a star is decided by each of
# them alone. 0 0 * * 1/2 is Monday, Wednesday and Friday for croniter, and Sunday, too, for cronsim, as its days of the
# week end with 7.
#
# Most would guess: */1 is *, so the first runs on Mondays; and from Monday in steps of two days are the same days
# everywhere.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check croniter==7.0.0 cronsim==2.8 \
    cron-descriptor==2.2.1

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from cron_descriptor import get_description
from croniter import croniter
from cronsim import CronSim

begin = datetime.datetime(2024, 1, 1, 12)
fortnight = begin + datetime.timedelta(days=14)


def days(times):
    found = []
    for time in times:
        if time > fortnight:
            return sorted(set(found))
        found.append(time.isoweekday())


seen = {
    schedule: (days(croniter(schedule, begin).all_next(datetime.datetime)), days(CronSim(schedule, begin)))
    for schedule in ("0 0 * * 1", "0 0 */1 * 1", "0 0 * * 1/2")
}
print(seen, get_description("0 0 */1 * 1"))
assert seen == {
    "0 0 * * 1": ([1], [1]),
    "0 0 */1 * 1": ([1, 2, 3, 4, 5, 6, 7], [1]),
    "0 0 * * 1/2": ([1, 3, 5], [1, 3, 5, 7]),
}, seen
assert get_description("0 0 */1 * 1") == "At 12:00 AM, only on Monday"
print("held: a schedule for Monday is each day for one of two")
PYTHON
