"""Reports: by day and by group, beside the days before."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.factories import unique
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, InvalidValueError, Settings, Watcher
from watcher_core.cli import app

NOW = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)


def ended(name: str, days_ago: float, state: str = "succeeded", **fields: Any) -> ExecutionRecord:
    end = NOW - dt.timedelta(days=days_ago)
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=unique("run"),
        state=ExecutionState(state),
        start_date=end - dt.timedelta(minutes=2),
        end_date=end,
        **fields,
    )


@pytest.fixture(scope="module")
def watcher(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    with Watcher(module_database_url, settings=Settings(home=tmp_path_factory.mktemp("home"))) as watcher:
        for name, kind, owners in (
            ("orders", "sales", ["ada", "bob"]),
            ("revenue", "sales", ["ada"]),
            ("ledger", "finance", []),
        ):
            watcher.get_or_create_pipeline(name, pipeline_type_name=kind, pipeline_metadata={"owners": owners})
        watcher.record(
            [
                ended("orders", 0, inserts=10, updates=5),
                ended("orders", 0, "failed"),
                ended("orders", 1, total_rows=7),
                ended("orders", 3, total_rows=100),
                ended("revenue", 2, "blocked"),
                ended("ledger", 0, duration_is_shared=True),
                ended("ledger", 40),
            ]
        )
        yield watcher


def test_days_and_groups_beside_the_days_before(watcher: Watcher) -> None:
    report = watcher.report(days=2, now=NOW)
    assert (report.first, report.last, report.by, report.left_out) == (
        dt.date(2026, 3, 9),
        dt.date(2026, 3, 10),
        "type",
        0,
    )
    assert (report.figures.runs, report.figures.failed, report.figures.rows) == (4, 1, 22)
    assert (report.figures.timed, report.figures.average_seconds, report.figures.failure_rate) == (2, 120, 0.25)
    assert (report.before.runs, report.before.blocked, report.before.rows) == (2, 1, 100)
    assert [(day.day.day, day.figures.runs) for day in report.days] == [(9, 1), (10, 3)]
    sales, finance = report.groups
    assert (sales.name, sales.pipelines, sales.figures.runs, sales.before.runs) == ("sales", 2, 3, 2)
    assert (sales.runs_by_day, sales.failures_by_day) == ((1, 2), (0, 1))
    assert (finance.name, finance.figures.runs, finance.figures.average_seconds) == ("finance", 1, None)


def test_by_owner_a_pipeline_counts_for_each_and_those_without_are_together(watcher: Watcher) -> None:
    report = watcher.report(days=2, by="owner", now=NOW)
    assert [(group.name, group.figures.runs, group.before.runs) for group in report.groups] == [
        ("ada", 3, 2),
        ("bob", 3, 1),
        (None, 1, 0),
    ]
    assert report.groups[-1].runs_by_day == (0, 1)
    assert report.figures.runs == 4


def test_of_some_pipelines_and_at_most_so_many_groups(watcher: Watcher) -> None:
    report = watcher.report(days=30, by="pipeline", limit=1, now=NOW)
    assert ([group.name for group in report.groups], report.left_out) == (["orders"], 2)
    report = watcher.report(days=30, by="pipeline", pipeline="ledger", now=NOW)
    assert [(group.name, group.figures.runs, group.before.runs) for group in report.groups] == [("ledger", 1, 1)]
    assert report.figures.runs == 1
    assert watcher.report(days=30, owner="bob", now=NOW).figures.runs == 4
    assert watcher.report(days=30, owner="", now=NOW).figures.runs == 1
    assert watcher.report(days=1, now=NOW + dt.timedelta(days=9)).groups == ()
    for wrong in ({"days": 0}, {"days": 400}, {"by": "colour"}, {"limit": 0}):
        with pytest.raises(InvalidValueError):
            watcher.report(**wrong, now=NOW)


def test_the_command_prints_tables_json_and_csv(
    watcher: Watcher, module_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_database_url)
    now = dt.datetime.now(dt.UTC)
    name = '=HYPERLINK("x")'
    watcher.record([ended(name, (NOW - now).total_seconds() / 86_400, inserts=12_345)])

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["report", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    printed = run("--by", "pipeline", "--days", "2")
    assert re.search(r'^=HYPERLINK\("x"\) +1 +0 +0 +0 +12,345 +2 min', printed, re.MULTILINE)
    assert f"{now:%Y-%m-%d}" in printed
    printed = run("--pipeline", name, "--days", "7")  # whose days before its first run say nothing
    assert re.search(f"^{now:%Y-%m-%d} +1 ", printed, re.MULTILINE)
    assert not re.search(f"^{now - dt.timedelta(days=1):%Y-%m-%d} ", printed, re.MULTILINE)
    found = json.loads(run("--by", "pipeline", "--days", "2", "--json"))
    assert found["groups"][0]["figures"]["inserts"] == 12_345
    lines = list(csv.reader(io.StringIO(run("--by", "pipeline", "--days", "2", "--csv", "-"))))
    assert lines[0][:4] == ["section", "name", "pipelines", "runs"]
    assert [line[0] for line in lines[1:]] == ["all", "all before", "day", "day", "pipeline", "pipeline before"]
    assert lines[5][1] == f"'{name}"  # no formula
    assert run("--csv", str(tmp_path / "report.csv")) == f"{tmp_path / 'report.csv'}: 30 days\n"
    assert (tmp_path / "report.csv").read_text().startswith("section,name,")
    assert run("--html", "-").startswith("<!doctype html>")
    assert CliRunner().invoke(app, ["report", "--json", "--csv", "-"]).exit_code == 2


def test_a_sum_of_no_durations_is_a_duration_to_programs(watcher: Watcher) -> None:
    assert json.dumps(watcher.report(days=7, now=NOW - dt.timedelta(days=999)).figures.seconds) == "0.0"
