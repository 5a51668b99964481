"""Small tables that seldom change, loaded whole. Nothing here knows of Watcher."""

import dagster as dg

from .source import read
from .warehouse import Warehouse


@dg.asset
def airlines(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """The carriers, by their two-letter code."""
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.load("airlines", read("airlines.csv"))})


@dg.asset
def airports(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """Airports in the United States, with their place and time zone."""
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.load("airports", read("airports.csv"))})


@dg.asset
def planes(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """The planes, by their tail number, as the authorities registered them."""
    return dg.MaterializeResult(metadata={"dagster/row_count": warehouse.load("planes", read("planes.csv"))})
