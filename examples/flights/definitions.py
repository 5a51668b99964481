"""All of the project, as Dagster loads it."""

import dagster as dg

from watcher_dagster import build_watcher_asset_checks, build_watcher_definitions

from . import cleaned, marts, outside, raw, reference
from .source import days
from .warehouse import Warehouse


def as_table(spec: dg.AssetSpec) -> dg.AssetSpec:
    """Say which table the asset is."""
    return spec.merge_attributes(kinds={"postgresql"}, metadata={"dagster/table_name": f"flights.{spec.key.path[-1]}"})


assets = [
    *dg.load_assets_from_modules([raw], group_name="raw"),
    *dg.load_assets_from_modules([reference], group_name="reference"),
    *dg.load_assets_from_modules([cleaned], group_name="cleaned"),
    *dg.load_assets_from_modules([marts], group_name="marts"),
    outside.holiday_traffic,
]

per_day = dg.AssetSelection.groups("raw", "cleaned") | dg.AssetSelection.assets(marts.carrier_delays)
daily_flights = dg.define_asset_job("daily_flights", per_day)
reference_data = dg.define_asset_job("reference_data", dg.AssetSelection.groups("reference"))
traffic_report = dg.define_asset_job(
    "traffic_report", dg.AssetSelection.assets(marts.airport_traffic, marts.destinations, marts.busiest_routes)
)


@dg.schedule(job=daily_flights, cron_schedule="0 6 * * *", execution_timezone="America/New_York")
def daily_flights_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Load the day of 2013 that this day is of its year: the data ends there."""
    this_day = context.scheduled_execution_time.timetuple().tm_yday
    return dg.RunRequest(partition_key=days.get_partition_keys()[this_day % 365 - 1])


defs = dg.Definitions.merge(
    dg.Definitions(
        assets=[
            *dg.map_asset_specs(as_table, assets),  # type: ignore[arg-type] # the modules have nothing but @asset
            outside.holidays,
        ],
        asset_checks=build_watcher_asset_checks([cleaned.flown_flights], checks=["anomalies"]),
        jobs=[daily_flights, reference_data, traffic_report],
        schedules=[daily_flights_schedule],
        resources={"warehouse": Warehouse(url=dg.EnvVar("DAGSTER_POSTGRES_URL"))},
    ),
    build_watcher_definitions(),
)
