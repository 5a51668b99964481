"""Answers. Nothing here knows of Watcher."""

import dagster as dg

from . import cleaned, reference
from .source import days
from .warehouse import Warehouse


@dg.asset(partitions_def=days, deps=[cleaned.flights_enriched, reference.airlines])
def carrier_delays(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """How late each carrier was that day, and in what wind."""
    query = """
        SELECT day, name AS airline, count(*) AS flights,
               avg(dep_delay) AS departure_delay, avg(arr_delay) AS arrival_delay, avg(wind_speed) AS wind_speed
        FROM flights_enriched
        JOIN airlines USING (carrier)
        GROUP BY day, name
    """
    rows = warehouse.build("carrier_delays", query, day=context.partition_key)
    return dg.MaterializeResult(metadata={"dagster/partition_row_count": rows})


@dg.asset(deps=[cleaned.flown_flights, reference.airports])
def airport_traffic(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """How many flights from New York City each airport has seen, over all days loaded so far."""
    query = """
        SELECT faa AS airport, name, count(*) AS arrivals, max(day) AS last_day
        FROM flown_flights
        JOIN airports ON faa = dest
        GROUP BY faa, name
    """
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.build("airport_traffic", query)})


@dg.asset(deps=[cleaned.flown_flights, reference.airports])
def destinations(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """Where one can fly to from New York City, by name."""
    _refuse_unlisted(warehouse)
    query = "SELECT DISTINCT faa AS airport, name FROM airports JOIN flown_flights ON faa = dest"
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.build("destinations", query)})


@dg.asset(deps=[cleaned.flown_flights, reference.airports])
def busiest_routes(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """Between which airports most have flown, by name."""
    _refuse_unlisted(warehouse)
    query = """
        SELECT origin, name AS destination, count(*) AS flights
        FROM flown_flights
        JOIN airports ON faa = dest
        GROUP BY origin, name
    """
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.build("busiest_routes", query)})


def _refuse_unlisted(warehouse: Warehouse) -> None:
    """Fail where flights went to an airport that the list does not have: a join would leave them out in silence."""
    unlisted = warehouse.ask("""
        SELECT dest, count(*) FROM flown_flights LEFT JOIN airports ON faa = dest WHERE faa IS NULL
        GROUP BY dest ORDER BY dest
    """)
    if unlisted:
        codes = ", ".join(code for code, _ in unlisted)
        raise dg.Failure(f"airports has no {codes}; {sum(flights for _, flights in unlisted):,} flights went there")
