"""A job outside Dagster: cron runs it, Watcher remembers how far it got, and Dagster need not be installed.

In the crontab: `0 5 * * * python examples/external_job.py`
"""

import csv
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from watcher_core import Address, Watcher

PIPELINE = "us-holidays"
FILE = Address("examples/holidays.csv", "csv", "file")
TABLE = Address("public.holidays", "postgresql", "database")


def main() -> None:
    """Load the holidays that are new since last time."""
    with Path(__file__).with_name("holidays.csv").open() as file:
        holidays = list(csv.DictReader(file))
    reached = holidays[-1]["day"]
    with (
        Watcher() as watcher,
        watcher.track(PIPELINE, next_watermark=reached, sources=[FILE], targets=[TABLE]) as execution,
    ):
        new = [holiday for holiday in holidays if holiday["day"] > (execution.watermark or "")]
        with create_engine(watcher.url, poolclass=NullPool).begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS holidays (day DATE PRIMARY KEY, name TEXT NOT NULL)"))
            if new:
                insert = "INSERT INTO holidays VALUES (CAST(:day AS DATE), :name) ON CONFLICT DO NOTHING"
                connection.execute(text(insert), new)
        execution.record(inserts=len(new), total_rows=len(holidays))
    print(f"{PIPELINE}: {len(new)} new of {len(holidays)}, in execution {execution.id}")


if __name__ == "__main__":
    main()
