#!/usr/bin/env bash
# dagster 1.13.27
#
# A schedule that is made of a partitioned job requests the newest partition at each tick. Where the partitions have an
# end, it goes on after it: each day it requests the last one again, with the same key, and no tick is skipped. A load
# that ended in January runs each night for the same day, and its rows are there as often where it appends.
# `AutomationCondition.on_cron()` does the same for each of its ticks.
# Seen: ticks of 5 and 6 March -> 2024-01-31 both times
#
# Most would guess: that the tick is skipped, as it is before the first partition.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import warnings

import dagster as dg

warnings.simplefilter("ignore")
days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")


@dg.asset(partitions_def=days, automation_condition=dg.AutomationCondition.on_cron("0 9 * * *"))
def orders():
    return None


schedule = dg.build_schedule_from_partitioned_job(dg.define_asset_job("load", [orders]))
definitions = dg.Definitions(assets=[orders], schedules=[schedule])


def moment(month, day, hour=0, minute=0, year=2024):
    return datetime.datetime(year, month, day, hour, minute, tzinfo=datetime.timezone.utc)


def requested(when):
    context = dg.build_schedule_context(scheduled_execution_time=when, repository_def=definitions.get_repository_def())
    tick = definitions.resolve_schedule_def(schedule.name).evaluate_tick(context)
    return [request.partition_key for request in tick.run_requests]


seen = {
    "before": requested(moment(1, 1)),
    "within": requested(moment(1, 15)),
    "5 March": requested(moment(3, 5)),
    "6 March": requested(moment(3, 6)),
}
print(seen)
assert seen == {
    "before": [],
    "within": ["2024-01-14"],
    "5 March": ["2024-01-31"],
    "6 March": ["2024-01-31"],
}, seen

instance, cursor, by_condition = dg.DagsterInstance.ephemeral(), None, []
for when in (moment(3, 5, 8), moment(3, 5, 9, 1), moment(3, 5, 9, 2), moment(3, 6, 9, 1)):
    result = dg.evaluate_automation_conditions([orders], instance, evaluation_time=when, cursor=cursor)
    cursor = result.cursor
    by_condition.append(sorted(result.get_requested_partitions(dg.AssetKey("orders"))))
print(by_condition)
assert by_condition == [[], ["2024-01-31"], [], ["2024-01-31"]], by_condition
print("held: the last day runs each day")
PYTHON
