"""The command line without a database: its help, what it reads and writes, what it prepares for Dagster."""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import re
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from tests.ordinary_user import ordinary_user
from watcher_core import NotFoundError, Settings, Watcher, WatcherError, logs
from watcher_core import text as words
from watcher_core.cli import app, deployment, dev, edge, main, output, serve, times
from watcher_core.cli.commands import COMMANDS
from watcher_core.errors import ConfigurationError, DatabaseUnavailableError
from watcher_core.health.spool import spool_facts
from watcher_core.values import RecorderState

SERVED = (
    (None, "127.0.0.1", "http://127.0.0.1:8000"),
    (None, "::1", "http://[::1]:8000"),
    (None, "0.0.0.0", f"http://{socket.gethostname()}:8000"),
    ("https://watcher.example.com/", "0.0.0.0", "https://watcher.example.com"),
)

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    logger = logging.getLogger("watcher")
    before = logger.level, logger.handlers
    yield
    logger.level, logger.handlers = before


@pytest.fixture(params=["America/New_York", "EST5EDT,M3.2.0,M11.1.0"])  # a zone, and its rule
def new_york(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    code = ended.value.code
    assert isinstance(code, int)
    return code


# Help


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


ALL = list(commands(typer.main.get_command(app)))
ANOMALIES = [("anomalies",), ("anomalies", "rules")]
GROUPS = [
    (),
    ("alerts",),
    *ANOMALIES,
    ("asset-checks",),
    ("check",),
    ("db",),
    ("executions",),
    ("export",),
    ("import",),
    ("lineage",),
    ("maintenance",),
    ("pipelines",),
    ("tokens",),
]


def test_there_are_the_commands_that_there_should_be() -> None:
    assert {" ".join(path) for path in ALL if path not in GROUPS} == {
        "dev",
        "demo",
        "doctor",
        "cleanup",
        "report",
        "discover",
        "run",
        "status",
        *(
            f"check {name}"
            for name in [
                "anomalies",
                "asset-checks",
                "freshness",
                "health",
                "timeliness",
                "failures",
                "stuck",
                "missed",
                "suggest",
            ]
        ),
        "serve",
        *(f"tokens {name}" for name in ["create", "list", "revoke"]),
        *(f"asset-checks {name}" for name in ["list", "history"]),
        *(f"anomalies {name}" for name in ["results", "unflag", "backtest", "explain"]),
        *(f"anomalies rules {name}" for name in ["list", "create", "set"]),
        *(
            f"alerts {name}"
            for name in ["list", "show", "ack", "snooze", "resolve", "note", "deliver", "test", "routes"]
        ),
        *(f"db {name}" for name in ["start", "stop", "status", "url", "psql"]),
        *(f"db {name}" for name in ["upgrade", "downgrade", "current", "grant", "compact", "mask-secrets"]),
        *(f"executions {name}" for name in ["list", "show", "start", "end", "heartbeat", "tree"]),
        "export openlineage",
        "export traces",
        "import etl-watcher",
        *(f"lineage {name}" for name in ["show", "impact", "summary", "graph", "addresses", "set", "verify"]),
        *(f"maintenance {name}" for name in ["add", "list", "end"]),
        *(f"pipelines {name}" for name in ["list", "show", "set", "rename", "rename-type", "rewind"]),
    }


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*path, "--help") == 0
    told = capsys.readouterr().out
    assert told.startswith(f"Usage: {' '.join(('watcher', *path))} ")
    assert "..." not in told.partition("Commands:")[2], "a command's first sentence does not fit into its group's help"
    assert max(map(len, told.splitlines())) <= 80
    options = told.partition("Options:")[2].partition("Commands:")[0]
    assert not re.search(r"<(str|int|float|datetime)( range)?>", options), "an option's value has no name"
    if path not in GROUPS:
        assert f"  {' '.join(('watcher', *path))}" in told.partition("Example")[2]


def test_misuse_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("executions", "show", "x") == 2
    assert run("pipelines", "set", "a") == 2
    assert run("pipelines", "set", "a", "--freshness", "2 fortnights") == 2
    assert run("pipelines", "rewind", "a") == 2
    assert run("pipelines", "rewind", "a", "--to", "1", "--to-start") == 2
    assert run("pipelines", "rewind", "a", "--to", "") == 2
    assert run("executions", "list", "--state", "fine") == 2
    assert run("dev", "-f", "nowhere.py") == 2
    assert run("maintenance", "add") == 2
    assert run("maintenance", "add", "--for", "1 hour", "--until", "tomorrow") == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert "'2 fortnights' is no threshold" in printed.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("watcher 0.")


# Times and durations


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.0421, "42 ms"),
        (0.9996, "1.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7_325, "2 h 2 min"),
        (90_000, "1 d 1 h"),
        (86_400_000, "1,000 d"),
    ],
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.usefixtures("new_york")
def test_moments_are_in_the_time_zone_of_the_host() -> None:
    assert times.clock(NOW) == "2026-03-10 08:00:00-04:00"
    assert times.clock_and_ago(NOW).startswith("2026-03-10 08:00:00-04:00 (")
    assert times.clock(None) == times.ago(None) == times.clock_and_ago(None) == "–"
    assert times.ago(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5, seconds=1)) == "5 minutes ago"


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2026, 12, 1, 0, 20, tzinfo=dt.UTC),  # the evening of the last day of a month, by the host's clock
        dt.datetime(2026, 3, 1, 2, 20, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 8, 7, 2, tzinfo=dt.UTC),  # two minutes after a change of its clocks
        dt.datetime(2026, 7, 4, 12, tzinfo=dt.UTC),
    ],
)
def test_how_long_ago_that_was_does_not_depend_on_the_hour(now: dt.datetime) -> None:
    for zone in (dt.UTC, None):
        moment = (now - dt.timedelta(minutes=5, seconds=1)).astimezone(zone)
        assert times.ago(moment, now=now) == times.ago(moment, now=now.astimezone()) == "5 minutes ago"
        assert times.ago(moment - dt.timedelta(days=3), now=now) == "3 days ago"


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (dt.timedelta(hours=2), "in 2 hours"),
        (dt.timedelta(days=1), "in 1 day"),
        (dt.timedelta(minutes=5), "in 5 minutes"),
        (dt.timedelta(minutes=95), "in 1 hour"),
    ],
)
def test_what_was_put_off_a_moment_ago_is_as_far_ahead_as_was_asked(ahead: dt.timedelta, shown: str) -> None:
    assert times.ago(dt.datetime.now(dt.UTC) + ahead - dt.timedelta(seconds=1)) == shown


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24 hours", "2026-03-09T12:00:00+00:00"),
        ("90m", "2026-03-10T10:30:00+00:00"),
        ("3 days ago", "2026-03-07T13:00:00+00:00"),  # at the same hour, though clocks went forward in between
        ("1 Month", "2026-02-10T13:00:00+00:00"),
        ("08:00", "2026-03-10T12:00:00+00:00"),
        ("now", "2026-03-10T12:00:00+00:00"),
        ("today", "2026-03-10T04:00:00+00:00"),
        ("yesterday", "2026-03-09T04:00:00+00:00"),
        ("2026-01-31", "2026-01-31T05:00:00+00:00"),
        ("2026-01-31 06:00", "2026-01-31T11:00:00+00:00"),
        ("2026-01-31T06:00Z", "2026-01-31T06:00:00+00:00"),
        ("2026-01-31T06:00+00:00", "2026-01-31T06:00:00+00:00"),
        ("2026-07-31T06:00", "2026-07-31T10:00:00+00:00"),
    ],
)
def test_since(text: str, moment: str) -> None:
    # Whichever zone the moment is in that is now: the database's clock is in UTC.
    read = times.read_since(text, now=NOW)
    assert read.astimezone(dt.UTC).isoformat() == moment


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2 hours", "2026-03-10T14:00:00+00:00"),
        ("1d", "2026-03-11T12:00:00+00:00"),
        ("tomorrow", "2026-03-11T04:00:00+00:00"),
        ("Tomorrow 9:30", "2026-03-11T13:30:00+00:00"),
        ("today 18:00", "2026-03-10T22:00:00+00:00"),
        ("1 minute ago", "2026-03-10T11:59:00+00:00"),  # for whoever asks to refuse
        ("2026-04-01 09:30", "2026-04-01T13:30:00+00:00"),
        ("2026-04-01T09:30:00+02:00", "2026-04-01T07:30:00+00:00"),
    ],
)
def test_moments_in_the_future(text: str, until: str) -> None:
    assert times.read_until(text, now=NOW).astimezone(dt.UTC).isoformat() == until


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("text", "start", "hours"),
    [
        ("2 hours", "tomorrow 09:00", 2),
        ("2 hours", "2026-10-31 12:00", 2),
        ("1d", "2026-10-31 12:00", 25),  # that night, clocks are put back
        ("1d", "2 hours", 24),
    ],
)
def test_how_long_something_is_counts_from_its_start(text: str, start: str, hours: int) -> None:
    starts_at = times.read_until(start, now=NOW)
    length = times.read_length(text, start=starts_at)
    assert length == dt.timedelta(hours=hours)
    # What pendulum gives loses the zone of what it is added to.
    assert (type(starts_at), type(length)) == (dt.datetime, dt.timedelta)
    assert (starts_at + length).tzinfo is not None


@pytest.mark.parametrize("text", ["tomorrow", "now", "2 hours ago", "2027-01-01", "-1 hour", ""])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no length of time"):
        times.read_length(text, start=NOW)


@pytest.mark.parametrize("text", ["", "whenever", "P1D", "yesterday 25:00", "999999999999999999 years", "5 parsecs"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time that can be read"):
        times.read_since(text)


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ("2 hours", (2, "hour")),
        ("15minutes", (15, "minute")),
        ("1 d", (1, "day")),
        ("3 Month", (3, "month")),
        ("none", (None, None)),
    ],
)
def test_thresholds(text: str, threshold: tuple[int | None, str | None]) -> None:
    assert times.read_threshold(text) == threshold


@pytest.mark.parametrize("text", ["0 hours", "-1 day", "2", "hours", "5 seconds", "1.5 hours", "2 hours ago"])
def test_what_is_no_threshold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no threshold"):
        times.read_threshold(text)


# Output


def test_a_table_in_a_pipe_is_plain_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    columns = [output.Column("name", fold=True), output.Column("rows", right=True), output.Column("more", minor=True)]
    output.print_table(columns, [("a" * 500, output.number(336_776), None), ("b", "–", output.state("failed"))])
    assert capsys.readouterr().out.splitlines() == [
        f"{'name':500}     rows  more",
        f"{'a' * 500}  336,776  –",
        f"{'b':500}        –  failed",
    ]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """The lines of a table on a terminal of some width, without their styles."""

    def lines(columns: list[output.Column], row: tuple[output.Cell, ...], *, width: int) -> list[str]:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        monkeypatch.setenv("COLUMNS", str(width))
        output.print_table(columns, [row])
        return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()

    return lines


def test_a_narrow_terminal_gets_the_major_columns(printed: Callable[..., list[str]]) -> None:
    columns = [output.Column("name", fold=True), output.Column("more", minor=True)]
    for width in (20, 40, 120):
        text = " ".join(" ".join(printed(columns, ("n" * 60, "x"), width=width)).split())
        assert ("not shown in 20 columns: more (see --json)" in text) == (width == 20)
        assert (" x" in text) == (width > 20)


def test_no_column_is_lost_in_silence(printed: Callable[..., list[str]]) -> None:
    columns = [
        output.Column("name", fold=True),
        output.Column("state"),
        *(output.Column(f"column {number}", minor=number == 1) for number in range(6)),
    ]
    row = ("n" * 100, "succeeded", *(f"a value {number}" for number in range(6)))
    for width in (30, 60, 80, 100, 120, 400):
        lines = printed(columns, row, width=width)
        assert all(len(line) <= width for line in lines)
        text = " ".join(" ".join(lines).split())
        hidden = text.partition("columns: ")[2]
        for number, column in enumerate(columns):
            assert column.heading in text
            assert number == 0 or (row[number] in text) != (column.heading in hidden)
        assert bool(hidden) == (width <= 80)


def test_no_rows_are_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table([output.Column("id")], [], empty="none yet")
    assert capsys.readouterr() == ("", "none yet\n")


def test_names_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_fields([("name", "[bold]a\x1b[31m\tb\r[/bold]"), ("error", "one\n  two"), ("none", None)])
    assert capsys.readouterr().out.splitlines() == [
        r"name   [bold]a\x1b[31m\tb\r[/bold]",
        "error  one",
        "         two",
    ]


def test_trees(capsys: pytest.CaptureFixture[str]) -> None:
    tree = {"a": ["b", "c"], "c": ["d"]}
    output.print_tree("a", lambda node: [node], lambda node: tree.get(node, []))
    assert capsys.readouterr().out.splitlines() == ["a", "├── b", "└── c", "    └── d"]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    state = RecorderState(instance_id="i", cursor={"position": 1}, lag_seconds=0, message="nothing new", updated_at=NOW)
    output.print_json({"at": NOW, "of": state})
    told = json.loads(capsys.readouterr().out)
    assert told["at"] == "2026-03-10T12:00:00+00:00"
    assert told["of"]["updated_at"] == "2026-03-10T12:00:00+00:00"
    assert told["of"]["cursor"] == {"position": 1}


def test_metadata_in_lines() -> None:
    assert output.as_lines({"run_id": "a b", "tags": ["é"], "n": None}) == 'run_id: a b\ntags: ["é"]\nn: null'


# Errors


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            DatabaseUnavailableError("the database 'a' at b:1 cannot be reached: no route"),
            1,
            "error: the database 'a' at b:1 cannot be reached: no route; is the server up, and the address right? See: "
            "watcher doctor\n",
        ),
        (
            DatabaseUnavailableError("the database 'a' at b:1 is away"),
            1,
            "error: the database 'a' at b:1 is away; is the server up, and the address right? See: watcher doctor\n",
        ),
        (
            DatabaseUnavailableError("the server at a cannot be reached by its own words", is_reached=True),
            1,
            "error: the server at a cannot be reached by its own words\n",
        ),
        (NotFoundError("alert", 7), 1, "error: no alert with id 7; see them all with: watcher alerts list --all\n"),
        (
            NotFoundError("anomaly of execution", 7),
            1,
            "error: no anomaly of execution with id 7; see them all with: watcher anomalies results\n",
        ),
        (NotFoundError("role", "ann"), 1, "error: no role named 'ann'\n"),
        (ConfigurationError("this is wrong"), 1, "error: this is wrong\n"),
        (PermissionError(13, "Permission denied", "/x"), 1, "error: /x: Permission denied\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_are_one_line(
    error: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("watcher_core.cli.db.load_settings", fail)
    assert run("db", "status") == code
    assert capsys.readouterr() == ("", told)


def test_notes_belong_to_the_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        error = NotFoundError("pipeline", "raw_flight")
        error.add_note("did you mean 'raw_flights'?")
        raise error

    monkeypatch.setattr("watcher_core.cli.db.load_settings", fail)
    assert run("db", "status") == 1
    assert capsys.readouterr().err == "error: no pipeline named 'raw_flight'; did you mean 'raw_flights'?\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("cleanup", "--retention-days", "90"), "what is done stays; the same command again does the rest"),
        (("cleanup", "--retention-days", "90", "--dry-run"), "nothing has changed"),
        (("import", "etl-watcher", "postgresql://h/d"), "what is done stays; the same command again does the rest"),
        (("import", "etl-watcher", "postgresql://h/d", "--dry-run"), "nothing has changed"),
        (("db", "compact"), "what is done stays; the same command again does the rest"),
        (("db", "mask-secrets"), "what is done stays; the same command again does the rest"),
        (("db", "upgrade"), "nothing has changed"),
        (("db", "downgrade", "0001", "--yes"), "nothing has changed"),
    ],
)
def test_what_ctrl_c_leaves_behind_is_said(
    command: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for method in ("cleanup", "import_etl_watcher", "compact", "mask_secrets", "upgrade", "downgrade"):
        monkeypatch.setattr(Watcher, method, interrupted)
    monkeypatch.setattr(Watcher, "schema_version", lambda _: "0032")
    monkeypatch.setenv("WATCHER_DATABASE_URL", "postgresql://localhost/x")
    assert run(*command) == 130
    assert capsys.readouterr() == ("", f"interrupted: {said}\n")


def test_a_wrong_setting_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WATCHER_LOG_LEVEL", "loud")
    assert run("pipelines", "list") == 1
    assert capsys.readouterr().err.startswith("error: WATCHER_LOG_LEVEL is not valid")
    assert run("doctor") == 1
    assert "problem  settings  WATCHER_LOG_LEVEL is not valid" in capsys.readouterr().out


# Logging


def test_logs_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings())
    logging.getLogger("watcher.recorder").info("read %d runs", 3, extra={"instance": "abc", "lag": 0.5})
    logging.getLogger("watcher.recorder").debug("not this")
    line = capsys.readouterr().err
    assert line[8:] == " INFO    watcher.recorder: read 3 runs instance=abc lag=0.5\n"


def test_logs_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_format="json", log_level="DEBUG"))
    log = logging.getLogger("watcher.recorder")
    try:
        raise WatcherError("broken")
    except WatcherError:
        log.exception("cannot read\n%s", "é", extra={"run": Path("a"), "message_": 1, "level": "no"})
    told = json.loads(capsys.readouterr().err)
    assert dt.datetime.fromisoformat(told.pop("time")).tzinfo is not None
    assert told.pop("exception").endswith("WatcherError: broken")
    assert told == {
        "level": "error",
        "logger": "watcher.recorder",
        "message": "cannot read\né",
        "run": "a",
        "message_": 1,
    }


def test_the_environment_decides_over_the_default_level() -> None:
    logger = logging.getLogger("watcher")
    logs.configure(Settings(), default_level="WARNING")
    assert logger.level == logging.WARNING
    logs.configure(Settings(log_level="INFO"), default_level="WARNING")
    assert logger.level == logging.INFO
    assert len(logger.handlers) == 1


def test_an_error_comes_without_what_psycopg_says_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(logging.getLogger("psycopg"), "level", logging.NOTSET)
    logs.configure(Settings())
    monkeypatch.setattr(logging.getLogger("psycopg"), "handle", lambda record: told.append(record.getMessage()))
    logging.getLogger("psycopg").warning("error ignored terminating %r: %s", "pipeline", "pipeline aborted")
    logging.getLogger("psycopg").error("not heard of before")
    assert told == ["not heard of before"]


class Logfire:
    """As much of Logfire as is used."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.configured: dict[str, object] = {}

    def configure(self, **options: object) -> None:
        if self.error:
            raise self.error
        self.configured = options

    LogfireLoggingHandler = logging.NullHandler


def test_logs_go_to_logfire(monkeypatch: pytest.MonkeyPatch) -> None:
    logfire = Logfire()
    monkeypatch.setitem(sys.modules, "logfire", logfire)
    logs.configure(Settings(logfire_token=SecretStr("secret")))
    assert logfire.configured["token"] == "secret"
    assert isinstance(logging.getLogger("watcher").handlers[1], logging.NullHandler)


@pytest.mark.parametrize(
    ("module", "reason"),
    [(None, "pip install 'watcher-dagster[logfire]'"), (Logfire(RuntimeError("no such project")), "no such project")],
)
def test_logging_never_fails_because_of_logfire(
    module: object, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "logfire", module)
    logs.configure(Settings(logfire_token=SecretStr("secret")))
    told = capsys.readouterr().err
    assert reason in told
    assert "secret" not in told


# The doctor


def test_the_doctor_starts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["healthy"] is True
    assert not (tmp_path / "watcher-home").exists()
    by_topic = {finding["topic"]: finding for finding in told["findings"]}
    assert by_topic["settings"]["message"] == f"WATCHER_HOME = {tmp_path}/watcher-home, from the environment"
    assert "not set up yet" in by_topic["database"]["message"]


def test_the_doctor_says_where_a_setting_comes_from_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("PROD_DATABASE_URL=postgresql://u:hidden@127.0.0.1:1/x\nLOGFIRE_TOKEN=hidden\n")
    monkeypatch.setenv("ENV_STATE", "prod")
    monkeypatch.setenv("LOGFIRE_TOKEN", "")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.example/hidden")
    monkeypatch.setitem(sys.modules, "logfire", Logfire())
    spool = tmp_path / "watcher-home" / "spool"
    spool.mkdir(parents=True)
    (spool / "1.json").touch()
    (spool / "2.broken").touch()
    assert run("doctor") == 1
    told = capsys.readouterr().out
    assert "postgresql://u:***@127.0.0.1:1/x (PROD_DATABASE_URL, from .env)" in told
    assert "SLACK_WEBHOOK_URL = set, from the environment" in told
    assert "LOGFIRE_TOKEN = set, from .env" in told
    assert "hidden" not in told
    assert "cannot be reached" in told
    assert "1 execution of this host waits to be recorded" in told
    assert "1 execution could not be recorded" in told
    assert told.endswith("2 problems, 1 warning\n")


@pytest.mark.parametrize(
    ("variable", "url", "topic", "message"),
    [
        ("WATCHER_DATABASE_URL", "mysql://u:hidden@h/d", "database", "the database URL starts with mysql://"),
        ("WATCHER_DATABASE_URL", "postgresql://u:at@hidden@h/d", "database", "the database URL cannot be read"),
        ("WATCHER_URL", "https://u:hidden@h", "server", "cannot be read"),
    ],
)
def test_the_doctor_goes_on_where_an_address_cannot_be_read(
    variable: str,
    url: str,
    topic: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, url)
    monkeypatch.setenv("WATCHER_DAGSTER_GRAPHQL_URL", "http://u:hidden@h/graphql")
    assert run("doctor", "--json") == 1
    told = capsys.readouterr().out
    findings = json.loads(told)["findings"]
    [problem] = [each for each in findings if each["level"] == "problem"]
    assert problem["topic"] == topic
    assert message in problem["message"]
    assert "jobs run unrecorded" in problem["advice"]
    assert findings[-1]["topic"] == "dagster"
    assert "hidden" not in told


@pytest.mark.parametrize(
    ("home", "level", "message"),
    [
        ("relative", "problem", "is a relative path"),
        ("/nowhere/at/all", "problem", "is no directory"),
        (".", "problem", "is a relative path"),
    ],
)
def test_the_doctor_looks_at_dagster_home(
    home: str, level: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", home)
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql://u:hidden@host/db")
    assert run("doctor", "--json") == 1
    findings = [f for f in json.loads(capsys.readouterr().out)["findings"] if f["topic"] == "dagster"]
    assert any(finding["level"] == level and message in finding["message"] for finding in findings)
    assert "hidden" not in str(findings)
    assert "postgresql+psycopg2://" in str(findings)


def test_the_doctor_finds_dagster_home_in_a_dotenv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where Dagster takes it from, too."""
    (tmp_path / "dagster.yaml").write_text("storage: {postgres: {postgres_url: {env: DAGSTER_POSTGRES_URL}}}")
    (tmp_path / ".env").write_text(f"DAGSTER_HOME={tmp_path}\nDAGSTER_POSTGRES_URL=postgresql+pg8000://a:b@host/db\n")
    run("doctor", "--json")
    said = [finding["message"] for finding in json.loads(capsys.readouterr().out)["findings"]]
    assert f"DAGSTER_HOME = {tmp_path}" in said
    assert any("gets the driver pg8000" in each for each in said)


def test_the_doctor_says_where_dagster_home_is_another_users() -> None:
    with tempfile.TemporaryDirectory() as name:
        private = Path(name)
        (private / "home").mkdir()
        facts = [*spool_facts([private / "spool"], home=private, host="here", now=NOW)]
        private.chmod(0)
        with ordinary_user():
            problem = deployment.problem_of_home(private / "home")
            facts = [*spool_facts([private / "spool"], home=private, host="here", now=NOW)]
        private.chmod(0o700)
        assert problem == "cannot be entered by this user: Permission denied"
        assert facts
        (private / "file").touch()
        assert deployment.problem_of_home(private / "file") == "is no directory"
        assert deployment.problem_of_home(private / "home") is None


# What is prepared for Dagster


def loaded(arguments: list[str]) -> list[Any]:
    """The workspaces that Dagster is told of; those that we wrote, by what is in them."""
    paths = [Path(path) for path in arguments[1::2]]
    assert arguments[::2] == ["--workspace"] * len(paths)
    return [json.loads(p.read_text())["load_from"] if p.parent.name == "home" else p.name for p in paths]


WATCHER = {"module_name": "watcher_dagster.definitions", "location_name": "watcher"}


def code(tmp_path: Path, **named: Any) -> list[Any]:
    given = {"modules": [], "files": [], "workspaces": [], **named}
    return loaded(deployment.code_arguments(tmp_path / "home", **given))


def test_modules_and_files_are_loaded_with_watcher(tmp_path: Path) -> None:
    here = {"working_directory": str(tmp_path)}
    assert code(tmp_path, modules=["a.b"], files=[Path("c.py")]) == [
        [
            {"python_module": {**WATCHER, **here}},
            {"python_module": {"module_name": "a.b", **here}},
            {"python_file": {"relative_path": str(tmp_path / "c.py"), **here}},
        ]
    ]
    named = code(tmp_path, modules=["watcher_dagster.definitions"])
    assert named == [[{"python_module": {"module_name": "watcher_dagster.definitions", **here}}]]


def test_a_workspace_gets_watcher_unless_it_has_it(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("load_from:\n  - python_file: a.py  # watcher_dagster.definitions\n")
    for named in ({"workspaces": [Path("workspace.yaml")]}, {}):
        ours, theirs = code(tmp_path, **named)
        assert [entry["python_module"]["location_name"] for entry in ours] == ["watcher"]
        assert theirs == "workspace.yaml"
    (tmp_path / "workspace.yaml").write_text("load_from:\n  - python_module: watcher_dagster.definitions\n")
    assert code(tmp_path) == ["workspace.yaml"]


@pytest.mark.parametrize(
    ("pyproject", "module", "name"),
    [
        ('[tool.dagster]\nmodule_name = "a"\ncode_location_name = "b"', "a", "b"),
        ('[tool.dagster]\nmodules = [{type = "module", name = "a"}]', "a", None),
        ('[tool.dg]\ndirectory_type = "project"\n[tool.dg.project]\nroot_module = "a"', "a.definitions", None),
        ('[tool.dg.project]\nroot_module = "a"\ncode_location_target_module = "a.b"', "a.b", None),
    ],
)
def test_a_project_says_what_it_has(tmp_path: Path, pyproject: str, module: str, name: str | None) -> None:
    (tmp_path / "workspace.yaml").write_text("load_from: []")
    (tmp_path / "pyproject.toml").write_text(pyproject)
    [[_, entry]] = code(tmp_path)
    assert entry["python_module"]["module_name"] == module
    assert entry["python_module"].get("location_name") == name


@pytest.mark.parametrize(("named", "module"), [("", "a.defs"), ('\ndefs_module = "a.parts"', "a.parts")])
def test_a_project_that_has_its_definitions_found_says_where(tmp_path: Path, named: str, module: str) -> None:
    """As `dg` laid projects out for a while: they have no module of definitions."""
    project = f'[tool.dg.project]\nroot_module = "a"\nautoload_defs = true{named}'
    (tmp_path / "pyproject.toml").write_text(project)
    [[_, entry]] = code(tmp_path)
    assert entry == {"autoload_defs_module": {"module_name": module, "working_directory": str(tmp_path)}}


@pytest.mark.parametrize("modules", ['["a"]', '[{type = "module"}]', '"a"'])
def test_modules_of_another_form_are_an_error(tmp_path: Path, modules: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.dagster]\nmodules = {modules}\n")
    with pytest.raises(ConfigurationError, match=r"must be a list of \{ type = .module., name = .*, not"):
        code(tmp_path)


def test_nothing_to_load_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.black]\n")
    with pytest.raises(ConfigurationError, match=r"-m my_project\.definitions"):
        code(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool")
    with pytest.raises(ConfigurationError, match=r"pyproject.toml cannot be read"):
        code(tmp_path)
    (tmp_path / "pyproject.toml").write_bytes('name = "Müller"'.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"pyproject.toml cannot be read"):
        code(tmp_path)


def test_one_dagster_is_served_from_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With another port, two daemons would do everything twice."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("WATCHER_HOME", str(tmp_path / "home"))
    settings = Settings(home=tmp_path / "home")
    with deployment.alone(settings):
        assert run("dev", "--port", "1") == 1
        said = capsys.readouterr().err
        assert f"served from {tmp_path}/home already, by another watcher dev" in said
        with deployment.alone(Settings(home=tmp_path / "other")):
            pass
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
        with deployment.alone(settings):
            pass
        monkeypatch.delenv("DAGSTER_HOME")
    with deployment.alone(settings):
        pass


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"cannot listen on 127.0.0.1, port {port}: address already"):
            deployment.require_free_port("127.0.0.1", port)
    deployment.require_free_port("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_an_error() -> None:
    for host in ("192.0.2.1", ""):
        said = f"cannot listen on {host or repr(host)}, port 3000: .*; name an address of this host, as in --host 127"
        with pytest.raises(ConfigurationError, match=said):
            deployment.require_free_port(host, 3000)


def test_a_port_that_is_roots_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(
        ConfigurationError, match=r"port 80: permission denied; choose a higher port, as in --port 8080"
    ):
        deployment.require_free_port("127.0.0.1", 80)


def test_without_dagster_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deployment, "find_spec", lambda name: None if name == "dagster" else True)
    for command in ("dev", "demo"):
        assert run(command) == 1
        assert "pip install 'watcher-dagster[webserver,embedded]'" in capsys.readouterr().err


def test_there_is_one_dagster_yaml() -> None:
    assert "DAGSTER_POSTGRES_URL" in deployment.dagster_yaml().read_text()


def test_similar_names_are_offered() -> None:
    class Pipelines:
        def pipeline(self, reference: int | str) -> Any:
            if reference == 7:
                return "by id"
            raise NotFoundError("pipeline", reference)

        def pipelines(self) -> list[Any]:
            return [type("Pipeline", (), {"name": name}) for name in ("raw_flights", "planes")]

    watcher: Any = Pipelines()
    found: Any = edge.find_pipeline(watcher, "7")
    assert found == "by id"
    for reference, notes in (("raw_fligths", ["did you mean 'raw_flights'?"]), ("zzz", [])):
        with pytest.raises(NotFoundError) as raised:
            edge.find_pipeline(watcher, reference)
        assert getattr(raised.value, "__notes__", []) == notes


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_is_what_its_own_help_says(name: str) -> None:
    command = COMMANDS[name].load(name)
    assert command.get_short_help_str(100) == COMMANDS[name].help


def test_the_demo_names_watcher_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make demo` calls it by its path: on the PATH there is none then."""
    result = SimpleNamespace(
        pipeline_name="orders",
        at=dt.datetime(2026, 3, 4, tzinfo=dt.UTC),
        description="few rows",
        pipeline_execution_id=7,
    )
    demo: Any = SimpleNamespace(anomaly_results=lambda **_: [result])
    monkeypatch.setattr("sys.argv", [".venv/bin/watcher", "demo"])
    monkeypatch.setenv("PATH", "")
    dev._print_anomalies(demo)
    assert "How that came about: .venv/bin/watcher anomalies explain 7\n" in capsys.readouterr().out


@pytest.mark.parametrize(("board_url", "host", "expected"), SERVED)
def test_the_server_names_an_address_that_people_can_open(board_url: str | None, host: str, expected: str) -> None:
    assert serve.where(board_url, host, 8000) == expected
