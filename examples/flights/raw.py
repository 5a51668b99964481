"""What the sources sent, a day at a time. These assets record what they did: see `with watcher.track`."""

import dagster as dg

from watcher_dagster import WatcherResource, watcher_metadata

from .source import days, read_day
from .warehouse import Warehouse

FASTEST_WIND_MPH = 253  # a gust on Barrow Island in 1996: the record, tornadoes aside


@dg.asset(partitions_def=days, metadata=watcher_metadata(freshness=(1, "day"), timeliness=(5, "minute")))
def raw_flights(
    context: dg.AssetExecutionContext, warehouse: Warehouse, watcher: WatcherResource
) -> dg.MaterializeResult[None]:
    """The flights that were to leave New York City that day, cancelled ones too."""
    with watcher.track(context) as execution:
        flights = read_day("flights.csv.zip", context.partition_key)
        rows = warehouse.load("raw_flights", flights, day=context.partition_key)
        execution.record(inserts=rows, total_rows=rows)
    return execution.materialize_result()


@dg.asset(partitions_def=days, metadata=watcher_metadata(freshness=(1, "day"), timeliness=(5, "minute")))
def raw_weather(
    context: dg.AssetExecutionContext, warehouse: Warehouse, watcher: WatcherResource
) -> dg.MaterializeResult[None]:
    """The weather at the three airports, hour by hour; a day with an impossible value is refused."""
    with watcher.track(context) as execution:
        weather = read_day("weather.csv", context.partition_key)
        impossible = weather[weather["wind_speed"] > FASTEST_WIND_MPH]
        if not impossible.empty:
            hour = impossible.iloc[0]
            raise dg.Failure(
                f"{hour.origin} reports a wind of {hour.wind_speed:,.0f} mph at {hour.hour}:00; the fastest ever"
                f" measured is {FASTEST_WIND_MPH} mph, so nothing of this day was loaded"
            )
        rows = warehouse.load("raw_weather", weather, day=context.partition_key)
        execution.record(inserts=rows, total_rows=rows)
    return execution.materialize_result()
