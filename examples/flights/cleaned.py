"""Flights worth analysing, with details of each. A query a table; the metadata says what Watcher judges."""

import dagster as dg

from watcher_dagster import watcher_metadata

from . import raw, reference
from .source import days
from .warehouse import Warehouse


@dg.asset(partitions_def=days, deps=[raw.raw_flights], metadata=watcher_metadata(anomalies=["total_rows"]))
def flown_flights(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """The flights that departed."""
    query = "SELECT * FROM raw_flights WHERE dep_time IS NOT NULL"
    rows = warehouse.build("flown_flights", query, day=context.partition_key)
    return dg.MaterializeResult(metadata={"dagster/partition_row_count": rows})


@dg.asset(partitions_def=days, deps=[flown_flights, raw.raw_weather, reference.planes])
def flights_enriched(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """The flights that departed, with the plane and the weather that it left in."""
    query = """
        SELECT flight.*, manufacturer, model, seats, temp, wind_speed, precip, visib
        FROM flown_flights AS flight
        LEFT JOIN planes USING (tailnum)
        LEFT JOIN raw_weather AS weather
            ON (weather.origin, weather.day, weather.hour) = (flight.origin, flight.day, flight.hour)
    """
    rows = warehouse.build("flights_enriched", query, day=context.partition_key)
    return dg.MaterializeResult(metadata={"dagster/partition_row_count": rows})
