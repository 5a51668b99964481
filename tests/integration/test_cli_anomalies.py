"""`watcher anomalies` and `watcher check anomalies`, against a real database."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.factories import record
from watcher_core import Watcher, text
from watcher_core.cli import main, output
from watcher_core.health import unjudged_fact

DAY = dt.timedelta(days=1)


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


def loaded(watcher: Watcher, counts: list[int], *, name: str = "[red]prices") -> list[int]:
    """Tell of a run a day, the last one an hour ago; gives their ids, oldest first."""
    last = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    told = [
        (record(name, f"{name}/{day}", total_rows=count), last - (len(counts) - 1 - day) * DAY)
        for day, count in enumerate(counts)
    ]
    minute = dt.timedelta(minutes=1)
    watcher.record(type(each)(**{**vars(each), "start_date": at, "end_date": at + minute}) for each, at in told)
    return [each.id for each in reversed(watcher.executions(pipeline=name, limit=1000))]


USUAL = [1000 + day % 5 for day in range(40)]


def test_nothing_is_there(cli: Cli, watcher: Watcher) -> None:
    assert cli("anomalies", "results") == ("", "nothing is unusual\n")
    assert cli("anomalies", "results", "--all") == ("", "no results\n")
    assert "watcher anomalies rules create" in cli("anomalies", "rules", "list")[1]
    assert cli.json("anomalies", "rules", "list") == []
    assert cli("check", "anomalies") == ("0 executions judged\n", "nothing is unusual\n")
    told = cli.json("check", "anomalies")
    assert told == {"executions": 0, "results": 0, "flagged": [], "alerts": 0, "remaining": False}


def test_rules(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    heading, row = cli.rows("anomalies", "rules", "create", "p", "total_inserts", "--method", "zscore")
    assert heading == ["id", "pipeline", "metric", "method", "multiplier", "lookback", "minimum", "time zone", "active"]
    assert row == ["1", "p", "inserts", "zscore", "2", "30 days", "10 runs", "–", "yes"]
    made = cli.json("anomalies", "rules", "create", "p")
    assert [rule["metric_field"] for rule in made] == [
        "duration_seconds",
        "total_rows",
        "inserts",
        "updates",
        "soft_deletes",
        "throughput",
    ]
    assert [rule["method"] for rule in made if rule["metric_field"] == "inserts"] == ["zscore"]
    changed = cli.json("anomalies", "rules", "set", "p", "inserts", "updates", "--multiplier", "2.5", "--inactive")
    assert {rule["metric_field"] for rule in changed} == {"inserts", "updates"}
    assert {rule["std_deviation_threshold_multiplier"] for rule in changed} == {2.5}
    assert {rule["active"] for rule in changed} == {False}
    assert len(cli.json("anomalies", "rules", "set", "p", "--active", "--lookback-days", "7")) == 6
    listed = cli.json("anomalies", "rules", "list", "-p", "p")
    assert {(rule["active"], rule["lookback_days"]) for rule in listed} == {(True, 7)}


def test_a_list_of_rules_fits_a_terminal_and_says_why_one_cannot_judge(
    cli: Cli, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(output, "_console", lambda: Console(force_terminal=True, width=80, color_system=None))
    name = "warehouse/finance/revenue_by_country_and_month"
    watcher.get_or_create_pipeline(name)
    for metric in ("duration_seconds", "metadata:revenue_in_the_currency_of_the_country"):
        watcher.get_or_create_anomaly_rule(name, metric_field=metric, method="zscore", timezone="Asia/Tokyo")
    loaded(watcher, USUAL, name=name)
    lines = cli("anomalies", "rules", "list")[0].splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["id", "pipeline", "metric", "method", "multiplier", "lookback", "active"]
    assert " ".join(" ".join(lines[-2:]).split()) == (
        "rule 2 judges nothing yet: 40 runs without metadata:revenue_in_the_currency_of_the_country; it needs 10"
    )
    assert "rule 1 " not in "\n".join(lines)
    assert cli.json("anomalies", "rules", "list")[1]["cannot_judge"].startswith("40 runs without ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rules", "create", "nowhere"), "no pipeline named 'nowhere'"),
        (("rules", "create", "p", "bytes"), "metric_field is 'bytes'; it may be duration_seconds"),
        (("rules", "create", "p", "inserts", "--lookback-days", "366"), "lookback_days is 366; it must be a whole"),
        (("rules", "create", "p", "inserts", "--multiplier", "0.1"), "multiplier is 0.1; it must be a number from 0.5"),
        (("rules", "set", "p", "--inactive"), "no anomaly rule named 'p'; make one with: watcher anomalies rules"),
        (
            ("rules", "set", "p", "inserts", "--active"),
            "named 'inserts'; make one with: watcher anomalies rules create p inserts",
        ),
        (("rules", "list", "-p", "nowhere"), "no pipeline named 'nowhere'"),
        (("results", "-p", "nowhere"), "no pipeline named 'nowhere'"),
        (("unflag", "7"), "no execution with id 7"),
        (("explain", "7"), "no execution with id 7"),
        (("backtest", "nowhere"), "no pipeline named 'nowhere'"),
        (("backtest", "p", "--metric", "bytes"), "metric_field is 'bytes'"),
        (("backtest", "p", "--days", "0"), "days is 0"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(cli: Cli, watcher: Watcher, arguments: tuple[str, ...], message: str) -> None:
    watcher.get_or_create_pipeline("p")
    _, told = cli("anomalies", *arguments, code=1)
    assert message in told
    assert told.startswith("error: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rules", "set", "p"), "nothing to change"),
        (("results", "--since", "whenever"), "'whenever' is no time"),
        (("rules", "create", "p", "--method", "iqr"), "iqr"),
    ],
)
def test_what_is_typed_wrong(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    assert message in cli("anomalies", *arguments, code=2)[1]


def test_an_anomaly_from_detection_to_unflagging(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("[red]prices")
    cli("anomalies", "rules", "create", "[red]prices", "total_rows")
    *_, unusual = loaded(watcher, [*USUAL, 100])
    out, _ = cli("check", "anomalies", "--dry-run", "--fail", code=1)
    assert out.endswith("41 executions judged\n")
    heading, row, summary = cli.rows("check", "anomalies")
    assert heading[:5] == ["execution", "pipeline", "at", "metric", "value"]
    assert row[:2] == [str(unusual), "[red]prices"]
    assert row[3:5] == ["total_rows", "100"]
    assert row[-1] == "unusual"
    assert summary == ["41 executions judged"]
    assert cli("check", "anomalies", "--fail")[0] == "0 executions judged\n"

    assert cli.rows("anomalies", "results") == [heading, row]
    assert len(cli.json("anomalies", "results", "--all", "-n", "5")) == 5
    assert cli.json("anomalies", "results", "-e", str(unusual))[0]["value"] == 100
    assert cli.json("anomalies", "results", "--since", "1 minute") == []
    assert len(cli.json("anomalies", "results", "--since", "yesterday", "-p", "[red]prices")) == 1

    assert cli("alerts", "list", "--kind", "anomaly")[0].count("\n") == 2
    told, _ = cli("anomalies", "unflag", str(unusual), "--by", "ada")
    assert f"execution {unusual} of [red]prices: total_rows is normal, as ada said at " in told
    assert cli("alerts", "list", "--kind", "anomaly") == ("", "no alerts\n")
    assert cli("anomalies", "results")[1] == "nothing is unusual\n"
    assert [row[-1] for row in cli.rows("anomalies", "results", "--all", "-n", "2")] == [
        "verdict",
        "unflagged",
        "normal",
    ]


def test_who_unflags_is_who_is_logged_in(cli: Cli, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher.get_or_create_pipeline("p")
    cli("anomalies", "rules", "create", "p", "total_rows", "throughput")
    *_, unusual = loaded(watcher, [*USUAL, 100], name="p")
    watcher.detect_pending_anomalies()
    monkeypatch.setattr(getpass, "getuser", lambda: "grace")
    told = cli.json("anomalies", "unflag", str(unusual), "--metric", "total_rows")
    assert [result["unflagged_by"] for result in told] == ["grace"]

    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert "throughput is normal, as somebody said at" in cli("anomalies", "unflag", str(unusual))[0]


def test_a_limit_says_that_there_is_more(cli: Cli, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    cli("anomalies", "rules", "create", "p")
    loaded(watcher, USUAL[:3], name="p")
    assert cli("check", "anomalies", "-n", "1")[0] == "1 execution judged; there are more\n"


def test_a_backtest(cli: Cli, watcher: Watcher) -> None:
    *_, unusual, last = loaded(watcher, [*USUAL, 100, 1001])
    rows = cli.rows("anomalies", "backtest", "[red]prices", "--metric", "total_rows")
    assert rows[0][:4] == ["at", "execution", "metric", "value"]
    assert rows[1][1:4] == [str(unusual), "total_rows", "100"]
    assert rows[1][-1] == "less than usual"
    assert rows[2] == ["1 of 32 executions would have been flagged in the last 60 days"]
    assert len(cli.json("anomalies", "backtest", "[red]prices", "--metric", "total_rows", "--all")) == 32
    told = cli.json("anomalies", "backtest", "[red]prices", "--method", "zscore")
    assert {verdict["execution_id"] for verdict in told} >= {unusual}
    out, err = cli("anomalies", "backtest", "[red]prices", "--metric", "inserts")
    assert (out, err) == ("there is too little history to judge anything by\n", "nothing would have been flagged\n")
    assert cli.json("anomalies", "results", "--all") == []
    assert last > unusual


def test_an_explanation(cli: Cli, watcher: Watcher) -> None:
    ids = loaded(watcher, [*USUAL, 100])
    assert "has no anomaly rules" in cli("anomalies", "explain", str(ids[-1]))[0]
    cli("anomalies", "rules", "create", "[red]prices", "total_rows", "inserts", "throughput")
    watcher.detect_anomalies(ids[-1])
    out, _ = cli("anomalies", "explain", str(ids[-1]))
    assert out.startswith(f"execution {ids[-1]} of [red]prices, at 2")
    assert "total_rows, by seasonal" in out
    assert re.search(r"value +100\n", out)
    assert re.search(r"usual +1,00\d(\.\d+)? \([\d,.]+ to [\d,.]+\)\n", out)
    assert re.search(r"verdict +less than usual\n", out)
    assert re.search(r"on record +unusual, judged at ", out)
    assert re.search(r"verdict +none: it has no value\n", out)
    assert "rows/s (" in out
    by_metric = {each["rule"]["metric_field"]: each for each in cli.json("anomalies", "explain", str(ids[-1]))}
    explained = by_metric["total_rows"]
    assert len(explained["history"]) == 40
    assert explained["verdict"]["flagged"] is True
    watcher.unflag_anomaly(ids[-1], by="ada")
    assert "unflagged by ada" in cli("anomalies", "explain", str(ids[-1]))[0]
    assert "not judged yet" in cli("anomalies", "explain", str(ids[-2]))[0]


@pytest.mark.parametrize(
    ("value", "metric", "written"),
    [
        (None, "total_rows", "–"),
        (1_234_567.0, "total_rows", "1,234,567"),
        (12.0, "inserts", "12"),
        (12.3456, "duration_seconds", "12.35 s"),
        (0.5, "throughput", "0.5 rows/s"),
    ],
)
def test_values_are_written_with_their_units(value: float | None, metric: str, written: str) -> None:
    assert text.amount(value, metric) == written


@pytest.mark.parametrize("missing", ["numpy", "scipy"])
def test_without_numpy_or_scipy_it_says_what_to_install(
    cli: Cli, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    watcher.get_or_create_pipeline("p")
    cli("anomalies", "rules", "create", "p")
    ids = loaded(watcher, USUAL[:3], name="p")
    monkeypatch.setitem(sys.modules, missing, None)
    for arguments in (
        ("check", "anomalies"),
        ("anomalies", "backtest", "p"),
        ("anomalies", "explain", str(ids[0])),
    ):
        _, told = cli(*arguments, code=1)
        assert told == (
            "error: anomaly detection needs NumPy and SciPy; "
            "install them with: pip install 'watcher-dagster[anomalies]'\n"
        )
    assert watcher.unjudged_executions().count


def test_doctor_warns_where_nobody_judges(cli: Cli, watcher: Watcher) -> None:
    def finding() -> tuple[str, str]:
        found = {each["topic"]: each for each in cli.json("doctor")["findings"]}["anomalies"]
        return found["level"], found["message"]

    assert finding() == ("ok", "no execution waits to be judged")
    watcher.get_or_create_pipeline("p")
    cli("anomalies", "rules", "create", "p", "total_rows")
    loaded(watcher, [100], name="p")
    level, message = finding()
    assert (level, message.startswith("1 execution waits to be judged, the first of them for ")) == ("ok", True)
    waiting = watcher.unjudged_executions()
    assert waiting.since is not None
    late = unjudged_fact(waiting, now=waiting.since + dt.timedelta(minutes=11))
    assert (late.level, late.advice) == (
        "warning",
        "switch watcher_anomaly_sensor on in Dagster, or run watcher check anomalies by cron",
    )


def test_without_pandas_it_says_what_to_install(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(Exception, match="pip install pandas"):
        watcher.executions_frame()


def test_pages(cli: Cli, watcher: Watcher, tmp_path: Path) -> None:
    executions = loaded(watcher, [*USUAL, 480], name="<b>prices</b>")
    watcher.get_or_create_anomaly_rule("<b>prices</b>", metric_field="total_rows")
    why, past = tmp_path / "why.html", tmp_path / "past.html"
    assert cli("anomalies", "explain", str(executions[-1]), "--html", str(why)) == (
        f"{why}: 1 metric; open it in a browser\n",
        "",
    )
    page = why.read_text("utf-8")
    assert "<b>prices" not in page
    assert "&lt;b&gt;prices" in page
    assert "1 of 1 metric unusual" in page
    assert "480: " in page
    assert "<svg" in page
    assert "compared with 40 runs: all runs" in page
    cli("anomalies", "backtest", "<b>prices</b>", "--metric", "total_rows", "--html", str(past))
    page = past.read_text("utf-8")
    assert "1 of 31 executions would have been flagged" in page
    assert "would be flagged" in page
    assert "--html goes without --json" in cli("anomalies", "explain", "1", "--html", "x", "--json", code=2)[1]
    assert "--html goes without --json" in cli("anomalies", "backtest", "p", "--html", "x", "--json", code=2)[1]


def test_a_page_where_nothing_is_to_be_judged(cli: Cli, watcher: Watcher, tmp_path: Path) -> None:
    (execution,) = loaded(watcher, [480])
    page = tmp_path / "page.html"
    told = cli("anomalies", "explain", str(execution), "--html", str(page))[0]
    assert "has no anomaly rules" in told
    assert not page.exists()
    watcher.get_or_create_anomaly_rule("[red]prices", metric_field="total_rows")
    watcher.get_or_create_anomaly_rule("[red]prices", metric_field="updates")
    cli("anomalies", "explain", str(execution), "--html", str(page))
    assert page.read_text("utf-8").count('<section class="usual">') == 2
    cli("anomalies", "backtest", "[red]prices", "--html", str(page))
    assert "No rule has judged it" in page.read_text("utf-8")
    directory = tmp_path / "missing" / "page.html"
    assert (
        "No such file or directory" in cli("anomalies", "backtest", "[red]prices", "--html", str(directory), code=1)[1]
    )
