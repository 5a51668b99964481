"""A Dagster instance whose storage is PostgreSQL, as in production."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from benchmarks.harness import Bench

DAGSTER_YAML = """\
storage:
  postgres:
    postgres_url: {url}
telemetry:
  enabled: false
"""


@contextmanager
def open_dagster(bench: Bench, url: str) -> Iterator[dg.DagsterInstance]:
    """Open an instance whose tables are in that database, beside ours."""
    home = Path(tempfile.mkdtemp(prefix="dagster-home-", dir=bench.directory))
    storage = sa.make_url(url).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    (home / "dagster.yaml").write_text(DAGSTER_YAML.format(url=storage))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance
