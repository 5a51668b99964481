"""A table that a cron job fills outside Dagster, `examples/external_job.py`, and what follows it."""

import dagster as dg

from watcher_dagster import external_asset_key

from . import cleaned
from .warehouse import Warehouse

# Each success of the job is a materialization of this asset, which `watcher_external_sensor` reports.
holidays = dg.AssetSpec(
    external_asset_key("public.holidays"),
    description="The holidays of the United States, loaded by cron.",
    metadata={"watcher/pipelines": ["us-holidays"], "dagster/table_name": "public.holidays"},
    kinds={"postgresql"},
)


@dg.asset(
    group_name="outside", deps=[holidays, cleaned.flown_flights], automation_condition=dg.AutomationCondition.eager()
)
def holiday_traffic(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """How many flights there were on each holiday; it runs when the cron job has run."""
    query = """
        SELECT name AS holiday, day, count(*) AS flights
        FROM flown_flights
        JOIN public.holidays USING (day)
        GROUP BY day, name
    """
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.build("holiday_traffic", query)})
