"""`watcher check`, `watcher cleanup` and the rules they go by, against a real database."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from tests.factories import record, unique
from watcher_core import ExecutionSource, ExecutionState, InvalidValueError, Watcher
from watcher_core.cli import main
from watcher_core.cli.doctor import rule_findings

MINUTE = dt.timedelta(minutes=1)


class Cli:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = self._capsys.readouterr()
        assert ended.value.code == code, printed
        return printed.out, printed.err

    def rows(self, *arguments: str, code: int = 0) -> list[list[str]]:
        """The cells of a table that a command prints."""
        return [re.split(r" {2,}", line.strip()) for line in self(*arguments, code=code)[0].splitlines()]

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json")[0])


@pytest.fixture
def cli(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    return Cli(capsys)


def started(watcher: Watcher, name: str, minutes: float, *, state: str = "running", **fields: Any) -> None:
    """Tell of an execution that started so many minutes ago."""
    start = dt.datetime.now(dt.UTC) - minutes * MINUTE
    told = record(name, unique("x"), state=ExecutionState(state), source=ExecutionSource.PYTHON, **fields)
    end = None if state == "running" else start + MINUTE
    watcher.record([type(told)(**{**vars(told), "start_date": start, "end_date": end})])


@pytest.mark.parametrize("check", ["freshness", "timeliness", "failures"])
def test_nothing_is_found(cli: Cli, watcher: Watcher, check: str) -> None:
    assert cli("check", check) == (
        "",
        {
            "freshness": "0 stale of 0 pipelines that have a rule\n",
            "timeliness": "0 late of 0 pipelines that have a rule\n",
            "failures": "no pipeline fails\n",
        }[check],
    )
    assert cli.json("check", check) == []
    assert cli("check", check, "--fail")[0] == ""


def test_of_how_many_nothing_is_found(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("plain")
    assert cli("check", "freshness")[1] == (
        "0 stale of 0 pipelines that have a rule; 1 has none: watcher check suggest\n"
    )
    assert 'by hand: watcher pipelines set NAME --freshness "26 hours"' in "".join(map(str, cli("check", "suggest")))
    rule: dict[str, Any] = {
        "freshness_number": 1,
        "freshness_datepart": "hour",
        "timeliness_number": 1,
        "timeliness_datepart": "hour",
    }
    watcher.get_or_create_pipeline_type("hourly", **rule)
    watcher.get_or_create_pipeline("by its type", pipeline_type_name="hourly")
    watcher.get_or_create_pipeline("its own", **rule)
    watcher.get_or_create_pipeline("muted", **rule, mute_freshness_check=True)
    watcher.get_or_create_pipeline("inactive", **rule)
    watcher.update_pipeline("inactive", active=False)
    assert cli("check", "freshness")[1] == "0 stale of 2 pipelines that have a rule; 1 has none; 1 is muted\n"
    assert cli("check", "timeliness")[1] == "0 late of 3 pipelines that have a rule; 1 has none\n"
    started(watcher, "its own", 90)
    assert cli("check", "timeliness")[1] == "1 late of 3 pipelines that have a rule; 1 has none\n"
    assert [fact.message for fact in rule_findings(watcher)] == [
        "freshness: 2 pipelines have a rule, 1 has none, 1 is muted",
        "timeliness: 3 pipelines have a rule, 1 has none",
    ]
    with pytest.raises(InvalidValueError, match="kind is 'failure'; it must be 'freshness' or 'timeliness'"):
        watcher.rule_coverage("failure")


def test_freshness(cli: Cli, watcher: Watcher, database_url: str) -> None:
    watcher.get_or_create_pipeline_type("hourly", freshness_number=1, freshness_datepart="hour")
    watcher.get_or_create_pipeline("[red]prices", pipeline_type_name="hourly")
    watcher.get_or_create_pipeline("never", freshness_number=2, freshness_datepart="day")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE watcher.pipeline SET created_at = now() - interval '3 days 1 minute',"
            " last_target_insert = CASE WHEN name <> 'never' THEN now() - interval '3 hours 1 minute' END"
        )
    assert [row[-1] for row in cli.rows("check", "freshness", "--dry-run")] == ["new", "yes", "yes"]
    assert watcher.alerts() == []
    rows = cli.rows("check", "freshness")
    assert rows[0] == ["pipeline", "last change", "expected within", "overdue by", "rule of", "new"]
    assert rows[1] == ["never", "never", "2 days", "1 d", "the pipeline", "yes"]
    assert (rows[2][0], rows[2][2:]) == ("[red]prices", ["1 hour", "2 h 1 min", "type hourly", "yes"])
    assert len(watcher.alerts()) == 2
    assert [row[-1] for row in cli.rows("check", "freshness", "--fail", code=1)] == ["new", "no", "no"]
    never, prices = cli.json("check", "freshness")
    assert (never["pipeline_name"], never["last_dml_timestamp"]) == ("never", None)
    assert (prices["expected_number"], prices["expected_datepart"], prices["new"]) == (1, "hour", False)


def test_timeliness(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p", timeliness_number=30, timeliness_datepart="minute")
    started(watcher, "p", 90.5)
    started(watcher, "q", 90)
    rows = cli.rows("check", "timeliness")
    assert rows[0] == [
        "execution", "pipeline", "state", "started", "took", "expected within", "overdue by", "rule of", "new"
    ]  # fmt: skip
    assert (rows[1][:3], rows[1][4:]) == (
        ["1", "p", "running"],
        ["1 h 30 min", "30 minutes", "1 h", "the pipeline", "yes"],
    )
    assert len(rows) == 2
    assert cli.json("check", "timeliness", "--lookback-minutes", "1")[0]["execution_state"] == "running"
    assert "lookback_minutes is 0" in cli("check", "timeliness", "--lookback-minutes", "0", code=1)[1]
    assert cli("check", "timeliness", "--lookback-minutes", "soon", code=2)[0] == ""


def test_failures(cli: Cli, watcher: Watcher) -> None:
    error = {"class": "ValueError", "message": "no rows\x1b[31m"}
    started(watcher, "p", 5, state="failed", execution_metadata={"error": error})
    started(watcher, "q", 5, state="failed")
    rows = cli.rows("check", "failures", "--fail", code=1)
    assert rows[0] == ["execution", "pipeline", "started", "in a row", "error", "new"]
    assert sorted((row[1], *row[3:]) for row in rows[1:]) == [
        ("p", "1", "ValueError: no rows\\x1b[31m", "yes"),
        ("q", "1", "–", "yes"),
    ]
    assert [finding["failures_in_a_row"] for finding in cli.json("check", "failures")] == [1, 1]


def test_the_rule_of_failures(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type("t", failure_number=5)
    watcher.get_or_create_pipeline("p", pipeline_type_name="t")
    assert "alert on        5 failures in a row (of type t)\n" in re.sub(
        r"alert on +", "alert on        ", cli("pipelines", "show", "p")[0]
    )
    assert cli("pipelines", "set", "p", "--failures", "3", "--mute-failures")[0] == (
        "p: failures in a row none → 3\np: failures muted no → yes\n"
    )
    assert "3 failures in a row, muted" in cli("pipelines", "show", "p")[0]
    cli("pipelines", "set", "p", "--failures", "none", "--no-mute-failures")
    assert watcher.pipeline("p").failure_number is None
    assert "'soon' is no number of failures" in cli("pipelines", "set", "p", "--failures", "soon", code=2)[1]
    assert (
        "failure_number is 101; it must be at most 100" in cli("pipelines", "set", "p", "--failures", "101", code=1)[1]
    )
    assert "failure_number is 0" in cli("pipelines", "set", "p", "--failures", "0", code=1)[1]


def test_cleanup(cli: Cli, watcher: Watcher) -> None:
    for days in (100, 200, 1):  # failures: the newest successes are kept
        started(watcher, "p", days * 24 * 60, state="failed")
    rows = cli.rows("cleanup", "--retention-days", "150", "--dry-run")
    assert rows[0] == ["table", "to be deleted"]
    assert rows[-3:-1] == [["pipeline_execution", "1"], ["all", "1"]]
    assert rows[-1][0].startswith("past retention is what is from ")
    assert len(watcher.executions()) == 3
    told = cli.json("cleanup", "--retention-days", "90", "--batch-size", "1")
    assert (told["total"], told["dry_run"], told["deleted"]["pipeline_execution"]) == (2, False, 2)
    assert len(watcher.executions()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--retention-days", "89"], 1, "error: retention_days is 89; it must be from 90 to 36,500"),
        (["--retention-days", "90", "--batch-size", "0"], 1, "error: batch_size is 0; it must be at least 1"),
        (["--retention-days", "all"], 2, "Invalid value for '--retention-days'"),
        ([], 2, "Missing option '--retention-days'"),
    ],
)
def test_misuse_of_cleanup(cli: Cli, watcher: Watcher, arguments: list[str], code: int, message: str) -> None:
    started(watcher, "p", 1000 * 24 * 60, state="succeeded")
    out, err = cli("cleanup", *arguments, code=code)
    assert out == ""
    assert message in err
    assert len(watcher.executions()) == 1


@pytest.mark.parametrize(
    "command", [["check", "freshness"], ["check", "failures"], ["cleanup", "--retention-days", "90"]]
)
def test_a_database_that_was_not_migrated(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", empty_database_url)
    out, err = Cli(capsys)(*command, code=1)
    assert (out, "make it with: watcher db upgrade" in err) == ("", True)


def test_a_terminal_gets_a_progress_bar_and_a_pipe_does_not(watcher: Watcher, database_url: str) -> None:
    for days in range(100, 110):
        started(watcher, "p", days * 24 * 60, state="failed")
    command = [sys.executable, "-m", "watcher_core", "cleanup", "--retention-days", "90", "--batch-size", "1"]
    environment = {**os.environ, "WATCHER_DATABASE_URL": database_url, "TERM": "xterm-256color"}
    master, slave = pty.openpty()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=slave, text=True) as process:
        os.close(slave)
        shown = b""
        with suppress(OSError):  # the end of a terminal whose other side is closed
            while part := os.read(master, 100_000):  # as much as a terminal holds, which is less
                shown += part
        os.close(master)
        assert process.stdout is not None
        assert "\x1b" not in process.stdout.read()
    assert process.returncode == 0
    assert b"executions" in shown
    assert b"10/10" in shown
    piped = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert piped.stderr == ""
