"""The command line against a real database: what people see, what programs read, and what is changed."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, Settings, Watcher
from watcher_core.cli import deployment, main, processes
from watcher_core.database import SCHEMA_VERSION
from watcher_core.errors import ConfigurationError, SchemaVersionError

START = dt.datetime(2026, 3, 10, 6, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    logger = logging.getLogger("watcher")
    before = logger.level, logger.handlers
    yield
    logger.level, logger.handlers = before


@pytest.fixture
def cli(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    return Cli(capsys)


@pytest.fixture
def empty_cli(empty_database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("WATCHER_DATABASE_URL", empty_database_url)
    return Cli(capsys)


class Cli:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> str:
        """What a command that succeeds prints."""
        code, out, err = self.fully(*arguments)
        assert (code, err) == (0, "")
        return out

    def lines(self, *arguments: str) -> list[list[str]]:
        """The cells of a table that a command prints."""
        return [re.split(r" {2,}", line.strip()) for line in self(*arguments).splitlines()]

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def error(self, *arguments: str, code: int = 1) -> str:
        """What a command that fails says of it."""
        ended, out, err = self.fully(*arguments)
        assert (ended, out) == (code, "")
        assert "Traceback" not in err
        return err

    def fully(self, *arguments: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return ended.value.code, *self._capsys.readouterr()


def record(number: int, **fields: Any) -> ExecutionRecord:
    """An execution that started `number` hours after the first."""
    start = START + dt.timedelta(hours=number)
    default = {
        "pipeline_name": "raw_flights",
        "source": ExecutionSource.DAGSTER,
        "external_id": str(number),
        "state": ExecutionState.SUCCEEDED,
        "start_date": start,
        "end_date": start + dt.timedelta(seconds=1.5),
    }
    return ExecutionRecord(**{**default, **fields})


# Pipelines


def test_no_pipelines(cli: Cli) -> None:
    assert cli.fully("pipelines", "list") == (
        0,
        "",
        "no pipelines yet: run a job in Dagster, or wrap one of cron: watcher run --pipeline NAME -- COMMAND\n",
    )
    assert cli.json("pipelines", "list") == []


def test_pipelines_with_the_rules_that_hold(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type("raw", freshness_number=2, freshness_datepart="day", mute_timeliness_check=True)
    watcher.get_or_create_pipeline(
        "[red]a b", pipeline_type_name="raw", timeliness_number=1, timeliness_datepart="hour"
    )
    watcher.get_or_create_pipeline("z" * 300, freshness_number=3, freshness_datepart="week")
    watcher.update_pipeline("z" * 300, active=False)
    with watcher.track("[red]a b", next_watermark="2026-01-01") as execution:
        execution.record(inserts=1)
    heading, *rows = cli.lines("pipelines", "list")
    usual = rows[0].pop(4)
    assert usual.endswith(" ms")
    now = "a few seconds ago"
    assert "  ".join(heading) == "id  pipeline  last  started  usually  watermark  type  active  " + (
        "last change  freshness  timeliness"
    )
    assert rows == [
        ["1", "[red]a b", "succeeded", now, "2026-01-01", "raw", "yes", now, "2 days", "1 hour, muted"],
        ["2", "z" * 300, "never ran", "–", "–", "–", "default", "no", "–", "3 weeks", "none"],
    ]
    first, second = cli.json("pipelines", "list")
    assert (first["activity"]["state"], second["activity"]["state"]) == ("succeeded", None)
    assert (first["name"], first["watermark"], first["freshness_number"]) == ("[red]a b", "2026-01-01", None)
    assert dt.datetime.fromisoformat(first["last_target_insert"]).tzinfo is not None
    assert (second["active"], second["freshness_datepart"]) == (False, "week")


def test_pipelines_that_are_asked_for(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("raw_a", pipeline_type_name="raw", pipeline_metadata={"owners": ["team:x"]})
    watcher.get_or_create_pipeline("raw_b", pipeline_type_name="raw")
    watcher.get_or_create_pipeline("c", pipeline_metadata={"owners": "ann@x.org"})
    watcher.update_pipeline("raw_b", active=False)
    with pytest.raises(RuntimeError), watcher.track("c"):
        raise RuntimeError
    for asked, names in (
        (["--match", "RAW"], ["raw_a", "raw_b"]),
        (["--type", "raw", "--active"], ["raw_a"]),
        (["--inactive"], ["raw_b"]),
        (["--owner", "ann@x.org"], ["c"]),
        (["--state", "failed"], ["c"]),
    ):
        assert [pipeline["name"] for pipeline in cli.json("pipelines", "list", *asked)] == names
    assert cli.fully("pipelines", "list", "--match", "nothing") == (0, "", "no pipeline is so\n")


def test_status_has_problems_first_and_what_is_not_watched(cli: Cli, watcher: Watcher) -> None:
    assert cli.fully("status") == (
        0,
        "No alert is open.\n\nPipelines\n"
        "no pipelines yet: run a job in Dagster, or wrap one of cron: watcher run --pipeline NAME -- COMMAND\n",
        "",
    )
    for name in ("a", "b", "off"):
        watcher.get_or_create_pipeline(name, pipeline_metadata={"owners": [f"team:{name}"]})
    watcher.update_pipeline("b", freshness_number=1, freshness_datepart="day")
    watcher.update_pipeline("off", active=False)
    with watcher.track("a"):
        pass
    with pytest.raises(RuntimeError), watcher.track("b"):
        raise RuntimeError
    assert cli("status").startswith("No alert is open, but the last run of 1 pipeline did not succeed.")
    watcher.check_failures()
    assert re.search(r"^alerts +1, open: b failed", cli("pipelines", "show", "b"), re.MULTILINE)
    printed = cli("status")
    problems, pipelines, unwatched = re.split("\n(?:Pipelines|Not watched)\n", printed)
    assert problems.startswith("\nProblems: 1 alert\n")
    rows = [re.split(r" {2,}", line) for line in pipelines.splitlines()]
    assert rows[0] == ["pipeline", "last", "started", "took", "usually", "owner", "alert ids"]
    assert [(row[0], row[1], row[5]) for row in rows[1:]] == [
        ("b", "failed", "team:b"),
        ("a", "succeeded", "team:a"),
        ("off", "never ran", "team:off"),
    ]
    assert unwatched == "no freshness threshold, so that nobody notices when it stops: a\nswitched off: off\n"
    found = cli.json("status")
    assert [pipeline["alerts"] for pipeline in found["pipelines"]] == [[found["alerts"][0]["id"]], [], []]
    assert found["not_watched"]["switched off"] == ["off"]


def test_a_pipeline_by_name_and_by_id(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type("raw", freshness_number=1, freshness_datepart="day")
    watcher.get_or_create_pipeline("raw_flights", pipeline_type_name="raw", pipeline_metadata={"table": "flights"})
    watcher.get_or_create_pipeline("7")
    watcher.record([record(number, inserts=number) for number in range(7)])
    watcher.rewind_pipeline("raw_flights", watermark=3)
    told = cli("pipelines", "show", "raw_flights")
    assert told == cli("pipelines", "show", "1")
    assert "freshness    1 day (of type raw)\n" in told
    assert "metadata     table: flights\n" in told
    assert re.search(r"  rewind  –    3 +–\n", told)
    assert told.count("succeeded") == 5
    assert cli.json("pipelines", "show", "7")["name"] == "7"
    shown = cli.json("pipelines", "show", "1")
    assert [execution["external_id"] for execution in shown["executions"]] == ["6", "5", "4", "3", "2"]
    assert [event["kind"] for event in shown["watermark_events"]] == ["rewind"]


def test_an_unknown_pipeline(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("raw_flights")
    asked = "error: no pipeline named 'raw_flight'; did you mean 'raw_flights'?\n"
    assert cli.error("pipelines", "show", "raw_flight") == asked
    assert "did you mean 'raw_flights'?" in cli.error("pipelines", "show", "RAW_FLIGHTS")
    assert cli.error("pipelines", "set", "raw_flight", "--inactive") == asked
    assert cli.error("pipelines", "rewind", "raw_flight", "--to-start") == asked
    assert cli.error("executions", "list", "--pipeline", "raw_flight") == asked
    assert (
        cli.error("pipelines", "show", "77")
        == "error: no pipeline with id 77; see them all with: watcher pipelines list\n"
    )
    assert cli.error("pipelines", "show", "9" * 30).startswith("error: ")


def test_a_pipeline_is_changed_by_hand(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("a")
    options = ["--inactive", "--type", "raw", "--freshness", "2 hours", "--mute-freshness", "--timeliness", "15m"]
    assert cli("pipelines", "set", "a", *options, "--next-watermark", "9").splitlines() == [
        "a: active yes → no",
        "a: type default → raw",
        "a: freshness none → 2 hours",
        "a: freshness muted no → yes",
        "a: timeliness none → 15 minutes",
        "a: next watermark none → 9",
    ]
    assert cli("pipelines", "set", "a", "--inactive") == "a: nothing changed, it was so before\n"
    assert cli("pipelines", "rename", "a", "b c") == "a → b c; the old name goes on to mean it\n"
    assert cli("pipelines", "rename", "a", "b c") == "b c: it has that name\n"
    assert cli.json("pipelines", "rename", "b c", "a")["name"] == "a"
    assert cli("pipelines", "rename-type", "default", "shop") == "default → shop; the old name goes on to mean it\n"
    assert cli("pipelines", "rename-type", "shop", "default") == "shop → default; the old name goes on to mean it\n"
    changed = cli.json("pipelines", "set", "a", "--active", "--timeliness", "none", "--no-mute-freshness")
    assert (changed["active"], changed["timeliness_number"], changed["mute_freshness_check"]) == (True, None, False)
    after = watcher.pipeline("a")
    assert (after.freshness_number, after.freshness_datepart, after.pipeline_type_name) == (2, "hour", "raw")
    assert cli.error("pipelines", "set", "a", "--type", " ").startswith("error: pipeline_type_name is")


def test_owners_and_the_runbook_of_a_job_are_set_by_hand(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("a", pipeline_metadata={"team": "x", "owners": "Ann"})
    options = ["--owner", "team:data", "--owner", "ada@example.com", "--runbook", "https://wiki.example.com/a"]
    assert cli("pipelines", "set", "a", *options).splitlines() == [
        "a: owners Ann → team:data, ada@example.com",
        "a: runbook none → https://wiki.example.com/a",
    ]
    owners = ["team:data", "ada@example.com"]
    runbook = "https://wiki.example.com/a"
    assert watcher.pipeline("a").pipeline_metadata == {"team": "x", "owners": owners, "runbook": runbook}
    assert [each.pipeline.name for each in watcher.pipeline_list(owner="team:data").pipelines] == ["a"]
    changed = cli.json("pipelines", "set", "a", "--owner", "none")
    assert changed["pipeline_metadata"] == {"team": "x", "runbook": runbook}
    assert cli("pipelines", "set", "a", "--runbook", "none") == f"a: runbook {runbook} → none\n"
    assert cli.error("pipelines", "set", "a", "--owner", " ").startswith("error: owner is")
    assert "none stands beside others" in cli.error("pipelines", "set", "a", "--owner", "none", "--owner", "b", code=2)


def test_a_pipeline_is_rewound_on_record(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("a")
    assert cli("pipelines", "rewind", "a", "--to", "2013-01-05") == "a: watermark none → 2013-01-05\n"
    assert cli("pipelines", "rewind", "1", "--to-start") == "a: watermark 2013-01-05 → none\n"
    assert cli.json("pipelines", "rewind", "a", "--to", "1")["watermark"] == "1"
    assert [event.new_watermark for event in watcher.watermark_events("a")] == ["1", None, "2013-01-05"]


# Executions


def test_executions_newest_first(cli: Cli, watcher: Watcher) -> None:
    assert cli.fully("executions", "list") == (0, "", "no executions\n")
    watcher.record(
        [
            record(0, state=ExecutionState.FAILED),
            record(1, total_rows=336_776, inserts=5, updates=0, next_watermark="1"),
            record(2, pipeline_name="b", state=ExecutionState.RUNNING, end_date=None),
        ]
    )
    heading, *rows = cli.lines("executions", "list")
    assert heading == ["id", "pipeline", "state", "started", "took", "rows", "inserts", "updates", "watermark"]
    assert [row[1:3] for row in rows] == [["b", "running"], ["raw_flights", "succeeded"], ["raw_flights", "failed"]]
    assert rows[0][4].endswith("…")
    assert rows[1][4:] == ["1.5 s", "336,776", "5", "0", "1"]
    assert [each["external_id"] for each in cli.json("executions", "list")] == ["2", "1", "0"]


def test_an_execution_of_a_process_that_was_killed_is_ended_by_hand(cli: Cli, watcher: Watcher) -> None:
    started = [watcher.start_execution(pipeline_id=watcher.get_or_create_pipeline("a").id) for _ in range(3)]
    ids = [str(execution.id) for execution in started]
    assert cli.lines("executions", "end", ids[0], "--reason", "host lost") == [[f"execution {ids[0]} of a failed"]]
    assert cli.json("executions", "end", ids[1], "--state", "canceled")["state"] == "canceled"
    assert watcher.execution(started[0].id).execution_metadata["error"] == {"message": "ended by hand: host lost"}
    assert "has ended already: it failed at" in cli.error("executions", "end", ids[0])
    assert "ends as failed, canceled or succeeded" in cli.error("executions", "end", ids[2], "--state", "skipped")
    assert "'gone'; it may be" in cli.error("executions", "end", ids[2], "--state", "gone")
    assert watcher.execution(started[2].id).end_date is None
    assert "no execution with id 99999" in cli.error("executions", "end", "99999")


@pytest.mark.parametrize("status", [0, 2])
def test_what_a_script_reports_replaces_what_was_inferred(cli: Cli, watcher: Watcher, status: int) -> None:
    execution_id = cli("executions", "start", "--pipeline", "a").strip()
    cli("executions", "end", execution_id, "--reason", "host lost")
    cli("executions", "end", execution_id, "--exit-status", str(status), "--inserts", "3")
    execution = watcher.execution(int(execution_id))
    assert (execution.state, execution.inserts) == ("failed" if status else "succeeded", 3)
    assert "ended_by_hand" not in execution.execution_metadata
    assert "host lost" not in str(execution.execution_metadata)


def test_a_script_that_cannot_be_wrapped(cli: Cli, watcher: Watcher) -> None:
    first = cli("executions", "start", "--pipeline", "a", "--type", "t", "--external-id", "a/1").strip()
    assert cli("executions", "start", "--pipeline", "a", "--external-id", "a/1").strip() == first
    part = cli("executions", "start", "-p", "b", "--parent", first, "--next-watermark", "7").strip()
    for _ in range(2):  # the second call changes nothing
        told = cli("executions", "end", part, "--exit-status", "0", "--inserts", "3", "--total-rows", "3")
        assert told == f"execution {part} of b succeeded\n"
    assert watcher.pipeline("b").watermark == "7"
    assert cli("executions", "heartbeat", first, "--process", "1") == ""
    assert "does not run: it succeeded" in cli.error("executions", "heartbeat", part)
    failed = cli.json("executions", "end", first, "--exit-status", "2", "--reason", "no disk")
    assert failed["state"] == "failed"
    assert failed["execution_metadata"]["error"] == {"class": "exit status 2", "message": "no disk"}
    assert [each.execution.id for each in watcher.execution_tree(int(first)).children] == [int(part)]
    assert "already ended with other values" in cli.error("executions", "end", first, "--exit-status", "0")
    assert "say how it ended with --exit-status" in cli.error("executions", "end", first, "--inserts", "1", code=2)
    both = ("--state", "succeeded", "--exit-status", "1")
    assert "not by both" in cli.error("executions", "end", first, *both, code=2)
    watcher.update_pipeline("a", active=False)
    assert "'a' is inactive" in cli.error("executions", "start", "-p", "a")


def test_executions_are_chosen(cli: Cli, watcher: Watcher) -> None:
    now = dt.datetime.now(dt.UTC)
    told = [record(0), record(1, state=ExecutionState.FAILED), record(2, pipeline_name="b")]
    watcher.record([*told, record(3, start_date=now - dt.timedelta(hours=2), end_date=now)])

    def chosen(*options: str) -> list[str]:
        return [each["external_id"] for each in cli.json("executions", "list", *options)]

    assert chosen("--limit", "2") == ["3", "2"]
    assert chosen("--pipeline", "b") == chosen("-p", str(watcher.pipeline("b").id)) == ["2"]
    assert chosen("--state", "failed") == ["1"]
    assert chosen("--since", "2026-03-10T08:00Z", "--pipeline", "b") == ["2"]
    assert chosen("--since", "3 hours") == ["3"]
    assert chosen("--since", "1 hour") == []
    assert "'whenever' is no time" in cli.error("executions", "list", "--since", "whenever", code=2)
    code, out, err = cli.fully("executions", "list", "--since", "2126-03-10T08:00Z", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert "--since '2126-03-10T08:00Z' is in the future: 2126-03-10 " in err
    assert "future" not in cli.fully("executions", "list", "--since", "now")[2]


def test_all_that_is_known_of_an_execution(cli: Cli, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DAGSTER_URL", "http://dagster.example/")
    error = {"class": "ValueError", "message": "no data", "stack": "  File a\nValueError: no data\n"}
    watcher.record(
        [
            record(0, pipeline_name="job", execution_metadata={"run_id": "r"}),
            record(
                1,
                state=ExecutionState.FAILED,
                parent_external_id="0",
                logical_date=START,
                total_rows=1_000,
                execution_metadata={"run_id": "r", "partition": "2026-03-10", "error": error},
            ),
        ]
    )
    ids = {each.external_id: each.id for each in watcher.executions()}
    told = cli("executions", "show", str(ids["1"]))
    for line in (
        f"part of       execution {ids['0']}, job",
        "state         failed",
        "took          1.5 s",
        "logical date  2026-03-10 06:00:00+00:00",
        "rows          1,000",
        "error         File a",
        "              ValueError: no data",
        "metadata      run_id: r",
        "              partition: 2026-03-10",
        "recorded by   dagster, as 1",
        "in Dagster    http://dagster.example/runs/r",
    ):
        assert f"{line}\n" in told
    assert cli.json("executions", "show", str(ids["1"]))["execution_metadata"]["error"] == error
    assert (
        cli.error("executions", "show", "99")
        == "error: no execution with id 99; see them all with: watcher executions list\n"
    )


def test_what_was_blocked_took_no_time(cli: Cli, watcher: Watcher) -> None:
    """Its start and end are those of its run, in which its turn never came."""
    watcher.record([record(0, state=ExecutionState.BLOCKED)])
    [blocked] = cli.json("executions", "list")
    assert cli.lines("executions", "list")[1][4] == "–"
    assert re.search(r"^took +–$", cli("executions", "show", str(blocked["id"])), re.MULTILINE)
    [row] = re.findall(r"^raw_flights .*$", cli("status"), re.MULTILINE)
    assert re.search(r" blocked .* ago +– ", row)


def test_a_tree(cli: Cli, watcher: Watcher) -> None:
    top = watcher.start_execution(pipeline_id=watcher.get_or_create_pipeline("job").id)
    child = watcher.start_execution(pipeline_id=watcher.get_or_create_pipeline("a").id, parent_id=top.id)
    watcher.end_execution(child.id, end_date=child.start_date + dt.timedelta(seconds=0.5), next_watermark="1")
    with watcher.track("b", parent_id=child.id) as grandchild:
        grandchild.record(total_rows=1_000)
    told = cli("executions", "tree", str(top.id)).splitlines()
    assert [re.sub(r"\d+ ms", "T", line) for line in told[1:]] == [
        f"└── {child.id}  a  succeeded  T  → 1",
        f"    └── {grandchild.id}  b  succeeded  T  1,000 rows",
    ]
    nested = cli.json("executions", "tree", str(top.id))
    assert nested["children"][0]["children"][0]["pipeline_name"] == "b"
    assert nested["state"] == "running"
    assert (
        cli.error("executions", "tree", "99")
        == "error: no execution with id 99; see them all with: watcher executions list\n"
    )


def test_a_reader_that_has_enough_breaks_nothing(watcher: Watcher, database_url: str) -> None:
    watcher.record([record(number) for number in range(3_000)])
    command = f"{sys.executable} -m watcher_core executions list --limit 3000 | head -2"
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "WATCHER_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 2
    assert not done.stderr


# The database


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("command", "code"), [(["executions", "list"], 0), (["executions", "show", "9"], 1)])
def test_a_stream_that_the_caller_has_closed_breaks_nothing(
    watcher: Watcher, database_url: str, closed: str, command: list[str], code: int
) -> None:
    watcher.start_execution(pipeline_id=watcher.get_or_create_pipeline("load").id)
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "watcher_core", *command],
        env={**os.environ, "WATCHER_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


def test_the_schema_goes_up_and_down(empty_cli: Cli, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = re.sub(r":[^:@/]+@", ":***@", empty_database_url)
    assert empty_cli("db", "current") == f"none, but {SCHEMA_VERSION} is needed\n"
    assert "make it with: watcher db upgrade" in empty_cli.error("pipelines", "list")
    assert empty_cli("db", "upgrade") == f"{name}: schema version none → {SCHEMA_VERSION}\n"
    assert empty_cli("db", "upgrade") == f"{name}: schema is at version {SCHEMA_VERSION} already\n"
    assert empty_cli("db", "current") == f"{SCHEMA_VERSION}\n"
    assert json.loads(empty_cli("db", "current", "--json")) == {"version": SCHEMA_VERSION, "needed": SCHEMA_VERSION}
    assert empty_cli("pipelines", "list", "--json") == "[]\n"

    for answer in ("n\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        code, _, err = empty_cli.fully("db", "downgrade", "base")
        assert code == 1
        assert err.startswith(f"Delete ALL of Watcher's data in {name}?")
    assert empty_cli("db", "current") == f"{SCHEMA_VERSION}\n"
    assert "no way to revision '77'" in empty_cli.error("db", "downgrade", "77", "--yes")
    empty_cli("db", "downgrade", "0007", "--yes")
    assert empty_cli("db", "upgrade").splitlines() == [
        f"{name}: schema version 0007 → {SCHEMA_VERSION}",
        "passwords that were stored by then are masked by: watcher db mask-secrets",
    ]
    assert empty_cli("db", "downgrade", "base", "--yes") == f"{name}: schema version {SCHEMA_VERSION} → none\n"


def test_the_url(cli: Cli, database_url: str) -> None:
    password = database_url.split(":")[2].split("@")[0]
    assert cli("db", "url") == database_url.replace(password, "***") + "\n"
    assert cli("db", "url", "--show-password") == database_url + "\n"
    dagster = database_url.replace("postgresql://", "postgresql+psycopg2://")
    assert cli("db", "url", "--dagster", "--show-password") == dagster + "\n"


def test_a_server_is_neither_started_nor_stopped(cli: Cli) -> None:
    for command in ("start", "stop"):
        told = cli.error("db", command)
        assert "a server is configured" in told
        assert "unset WATCHER_DATABASE_URL" in told
    told = cli.json("db", "status")
    assert told["running"] is True
    assert told["version"].split(".")[0].isdigit()
    assert ":***@" in told["url"]


def test_a_server_that_is_down(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/x")
    code, out, _ = cli.fully("db", "status")
    assert code == 1
    assert "running   no\n" in out
    for command in (("pipelines", "list"), ("executions", "tree", "1"), ("db", "current"), ("db", "upgrade")):
        told = cli.error(*command)
        assert told.startswith("error: the database 'x' at 127.0.0.1:1 cannot be reached")
        assert "hidden" not in told + out


def test_a_role_without_rights(cli: Cli, database_url: str, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sa.create_engine(watcher.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE ROLE stranger LOGIN PASSWORD 'hidden'"))
    try:
        url = sa.make_url(database_url).set(username="stranger", password="hidden")
        monkeypatch.setenv("WATCHER_DATABASE_URL", url.render_as_string(hide_password=False))
        assert "permission denied" in cli.error("pipelines", "list")
        code, out, _ = cli.fully("doctor")
        assert code == 1
        assert "problem  schema" in out
        assert "hidden" not in out
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("DROP ROLE stranger"))


def test_psql_gets_the_password_by_the_environment_alone(tmp_path: Path, database_url: str) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("postgres", "initdb", "psql"):
        (programs / name).write_text('#!/bin/sh\necho "$@"\necho "$PGPASSWORD $PGOPTIONS"\n')
        (programs / name).chmod(0o755)
    password = database_url.split(":")[2].split("@")[0]
    variables = {
        "WATCHER_DATABASE_URL": f"{database_url}?sslmode=prefer",
        "WATCHER_POSTGRES_BIN": str(programs),
        "PGOPTIONS": "-c a=b",
    }
    command = [sys.executable, "-m", "watcher_core", "db", "psql", "-h", "x", "-c", "select 1"]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    arguments, environment = done.stdout.splitlines()
    assert arguments == f"--dbname={database_url.replace(f':{password}', '')}?sslmode=prefer -h x -c select 1"
    assert environment == f"{password} -c a=b -c search_path=watcher,public"


def test_psql_on_the_database(watcher: Watcher, database_url: str) -> None:
    watcher.get_or_create_pipeline("a")
    done = subprocess.run(
        [sys.executable, "-m", "watcher_core", "db", "psql", "-X", "-Atc", "SELECT name FROM pipeline"],
        env={**os.environ, "WATCHER_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "a\n"


# The doctor


def test_all_is_well(cli: Cli, watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dagster.yaml").touch()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with watcher.recorder("abc") as session:
        assert session is not None
        session.record([record(0)], cursor={}, lag_seconds=0.25, message="recorded 1 runs")
    told = cli("doctor")
    assert re.search(r"of Dagster instance abc, [0-9.]+ m?s ago: recorded 1 runs", told)
    assert told.endswith("\nall is well\n")
    found = cli.json("doctor")
    assert found["healthy"] is True
    assert {finding["level"] for finding in found["findings"]} == {"ok"}


def test_a_schema_that_is_missing(empty_cli: Cli) -> None:
    code, out, _ = empty_cli.fully("doctor")
    assert code == 1
    assert "problem  schema" in out
    assert "→ make it with: watcher db upgrade\n" in out


# What is prepared for Dagster


def prepare(database_url: str, home: Path) -> deployment.Deployment:
    settings = Settings(database_url=SecretStr(database_url), home=home)
    return deployment.prepare(settings, host="0.0.0.0", port=3001)


def test_the_demo_runs_the_example_and_ends_as_it_does(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without serving, it needs no port; what the example does is tested where it runs."""
    asked: list[tuple[list[str], str | None]] = []

    def run(command: list[str], environment: dict[str, str], **_: Any) -> int:
        asked.append((command[1:], environment.get("WATCHER_BOARD_URL")))
        return 3 if len(asked) == 1 else 0

    monkeypatch.setattr(processes, "run", run)
    assert cli.fully("demo", "--no-serve")[0] == 3
    code, out, _ = cli.fully("demo", "--no-serve")
    assert code == 0
    assert "What Watcher recorded" in out
    assert asked == [(["-m", "examples.demo"], None)] * 2


def test_the_environment_of_dagster(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare(database_url, Path("home"))
    environment = prepared.environment
    assert environment["WATCHER_DATABASE_URL"] == database_url
    assert environment["DAGSTER_POSTGRES_URL"] == database_url.replace("postgresql://", "postgresql+psycopg2://")
    assert environment["WATCHER_HOME"] == str(tmp_path / "home")
    assert environment["WATCHER_DAGSTER_URL"] == "http://127.0.0.1:3001"
    assert environment["DAGSTER_HOME"] == str(tmp_path / "home" / "dagster")
    assert (tmp_path / "home" / "dagster" / "dagster.yaml").read_text() == deployment.dagster_yaml().read_text()
    assert not prepared.embedded
    assert ":***@" in prepared.database

    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql+psycopg2://elsewhere/x")
    monkeypatch.setenv("WATCHER_DAGSTER_URL", "https://dagster.example")
    given = prepare(database_url, Path("home")).environment
    assert given["DAGSTER_HOME"] == str(tmp_path)
    assert given["DAGSTER_POSTGRES_URL"] == "postgresql+psycopg2://elsewhere/x"
    assert given["WATCHER_DAGSTER_URL"] == "https://dagster.example"


def test_dagster_takes_a_dotenv_before_its_environment(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    elsewhere = "postgresql+psycopg2://elsewhere/x"
    file.write_text(f"DAGSTER_HOME={tmp_path}\nDAGSTER_POSTGRES_URL={elsewhere}\nWATCHER_DATABASE_URL={database_url}\n")
    given = prepare(database_url, Path("home")).environment
    assert (given["DAGSTER_HOME"], given["DAGSTER_POSTGRES_URL"]) == (str(tmp_path), elsewhere)
    for name in deployment.CHOSEN:
        file.write_text(f"{name}={tmp_path}\n")
        monkeypatch.setenv(name, str(tmp_path))
        prepare(database_url, Path("home"))
        monkeypatch.setenv(name, elsewhere)
        with pytest.raises(
            ConfigurationError, match=rf"{name} is something else than in the environment in {file}, and"
        ):
            prepare(database_url, Path("home"))
        monkeypatch.delenv(name)
        file.write_text(f"{name}=\n")
        with pytest.raises(
            ConfigurationError, match=rf"{name} is empty in {file}, and Dagster takes .*: remove the line"
        ):
            prepare(database_url, Path("home"))


def test_a_projects_own_dagster_yaml_is_used(database_url: str, tmp_path: Path) -> None:
    for content in ("telemetry: {enabled: false}", "telemetry: {enabled: true}"):
        (tmp_path / "dagster.yaml").write_text(content)
        home = prepare(database_url, Path("home")).dagster_home
        assert (home / "dagster.yaml").read_text() == content


def test_dagster_home_must_be_one(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "relative")
    with pytest.raises(ConfigurationError, match="must be the absolute path of a directory"):
        prepare(database_url, Path("home"))


def test_a_servers_schema_is_left_to_its_administrator(empty_database_url: str, empty_cli: Cli) -> None:
    with pytest.raises(SchemaVersionError, match="watcher db upgrade"):
        prepare(empty_database_url, Path("home"))
    assert "make it with: watcher db upgrade" in empty_cli.error("dev", "-m", "anything", "--port", str(free_port()))


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
