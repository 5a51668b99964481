"""Checks and jobs in the processes that Dagster starts for them, where the definitions of the location are known."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

import watcher_dagster
from watcher_core import DatePart, Watcher
from watcher_core.database.engine import normalize_url

ROOT = Path(watcher_dagster.__file__).parents[1]
KEY = dg.AssetCheckKey(dg.AssetKey("prices"), "watcher_freshness")

CODE = """
    import dagster as dg
    from watcher_dagster import build_watcher_asset_checks, build_watcher_definitions, watcher_metadata

    @dg.asset(metadata=watcher_metadata(freshness=(2, "hour")))
    def prices():
        return dg.MaterializeResult(metadata={"watcher/inserts": 3})

    defs = dg.Definitions.merge(
        dg.Definitions(
            assets=[prices],
            asset_checks=build_watcher_asset_checks(["prices"], checks=["freshness"]),
            jobs=[
                # In one process, unlike the job of checks: each more takes seconds.
                dg.define_asset_job("everything", dg.AssetSelection.all(), executor_def=dg.in_process_executor)
            ],
        ),
        build_watcher_definitions(),
    )
"""


@pytest.fixture
def execute(dagster_home: Path, database_url: str, tmp_path: Path) -> Callable[[str], None]:
    """Executes a job of the code location, as `dagster job execute` does."""
    (tmp_path / "location.py").write_text(textwrap.dedent(CODE))

    def run(job: str) -> None:
        command = [sys.executable, "-m", "dagster", "job", "execute", "-f", "location.py", "-j", job]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "WATCHER_DATABASE_URL": database_url}
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert "RUN_SUCCESS" in ran.stderr, ran.stderr

    return run


def test_definitions_say_what_to_judge_by_and_who_carries_the_check(
    execute: Callable[[str], None], dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str
) -> None:
    def latest() -> dg.AssetCheckEvaluation:
        record = dagster_instance.get_latest_asset_check_evaluation_record(KEY)
        assert record is not None
        assert record.evaluation is not None
        return record.evaluation

    # An asset that was never materialized: only its definition knows of the check.
    watcher.get_or_create_pipeline("prices", freshness_number=1, freshness_datepart="minute")
    engine = sa.create_engine(normalize_url(database_url))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.pipeline SET created_at = now() - interval '1 hour'"))
    engine.dispose()
    execute("watcher_freshness_job")
    assert (latest().passed, latest().severity) == (False, dg.AssetCheckSeverity.WARN)

    # The check was built for a bare key; the rule stands in the definition.
    execute("everything")
    assert latest().passed
    assert latest().metadata["watcher/expected_within"].value == "2 hours"
    pipeline = watcher.pipeline("prices")
    assert (pipeline.freshness_number, pipeline.freshness_datepart) == (2, DatePart.HOUR)
    execute("watcher_freshness_job")
    age: Any = latest().metadata["watcher/age_seconds"].value
    assert age < 60  # the check in the run has said it all
    history = dagster_instance.event_log_storage.get_asset_check_execution_history(KEY, limit=10)
    assert len(history) == 2
