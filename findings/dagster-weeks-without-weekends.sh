#!/usr/bin/env bash
# dagster 1.13.27
#
# Daily partitions leave Saturdays and Sundays out (exclusions), and a week, or a month, depends on its days by
# TimeWindowPartitionMapping. A period that begins on a day that is left out also gets the last day before it: the week from
# Sunday 14 January reads Friday the 12th, which the week before has read, too, and June 2024, from a Saturday on, reads 31
# May. The other way, that Friday belongs to the week before only. So the sum of all weeks has each Friday twice.
# Seen: week 2024-01-14 loads 12, 15, 16, 17, 18 and 19 January; month 2024-06-01 starts with 2024-05-31; without exclusions
#       the week loads 14 to 20
#
# Most would guess: 15 to 19 January, what lies within the week.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
import dagster as dg

every_day = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-07-01")
working_days = dg.DailyPartitionsDefinition(
    start_date="2024-01-01", end_date="2024-07-01", exclusions=["0 0 * * 6", "0 0 * * 0"]
)
weeks = dg.WeeklyPartitionsDefinition(start_date="2024-01-07", end_date="2024-06-30")
months = dg.MonthlyPartitionsDefinition(start_date="2024-01-01", end_date="2024-07-01")
mapping = dg.TimeWindowPartitionMapping()
loaded = []


class Loads(dg.IOManager):
    def handle_output(self, context, obj):
        pass

    def load_input(self, context):
        loaded.append(sorted(context.asset_partition_keys))


def days_of(period, days, key):
    """The days that one partition of a period loads."""

    @dg.asset(name="orders", partitions_def=days)
    def orders():
        pass

    @dg.asset(name="report", partitions_def=period, ins={"orders": dg.AssetIn(partition_mapping=mapping)})
    def report(orders):
        pass

    loaded.clear()
    resources = {"io_manager": Loads()}
    assert dg.materialize([orders, report], selection=[report], partition_key=key, resources=resources).success
    return loaded[0]


def periods_of(day, period):
    """The other way: what depends on a day."""
    found = mapping.get_downstream_partitions_for_partitions(
        working_days.subset_with_partition_keys([day]), working_days, period
    )
    return list(found.get_partition_keys())


week, full_week = days_of(weeks, working_days, "2024-01-14"), days_of(weeks, every_day, "2024-01-14")
before, june = days_of(weeks, working_days, "2024-01-07"), days_of(months, working_days, "2024-06-01")
print("week of 14 January:", week, "/ the week before:", before, "/ June:", june[:2])
print("week of 14 January, no day left out:", full_week)
print("Friday the 12th belongs to", periods_of("2024-01-12", weeks), "and 31 May to", periods_of("2024-05-31", months))
assert full_week == [f"2024-01-{day}" for day in range(14, 21)], full_week
assert week == ["2024-01-12", *(f"2024-01-{day}" for day in range(15, 20))], week
assert "2024-01-12" in before, before
assert june[:2] == ["2024-05-31", "2024-06-03"], june
assert periods_of("2024-01-12", weeks) == ["2024-01-07"]
assert periods_of("2024-05-31", months) == ["2024-05-01"]
print("held: a period that begins on an excluded day loads the last day before it, too")
PYTHON
