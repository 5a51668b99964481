"""`watcher alerts …` and what `watcher doctor` says of alerts, against a real database and a server like Slack."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import record
from tests.http_client import serving
from tests.http_server import HttpServer, http_server
from tests.slack_server import Failure, SlackServer, slack_server
from watcher_core import AlertKind, AlertLevel, AlertState, Settings, Watcher
from watcher_core.alerts import delivery, opening
from watcher_core.cli import main
from watcher_core.server import create_app
from watcher_core.values import Finding


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    logger = logging.getLogger("watcher")
    before = logger.level, logger.handlers
    yield
    logger.level, logger.handlers = before


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher_core.alerts.shared_pace", delivery.Pace(0))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    with slack_server() as server:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", server.webhook)
        yield server


@pytest.fixture
def watcher(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    with Watcher(database_url, settings=Settings(home=tmp_path)) as watcher:
        yield watcher


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


class Cli:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What a command prints that ends with this exit code."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = self._capsys.readouterr()
        assert ended.value.code == code, printed.err
        return printed.out + (printed.err if code else "")

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


def opened(watcher: Watcher, key: str, **fields: Any) -> int:
    now = dt.datetime.now(dt.UTC)
    pipeline = watcher.get_or_create_pipeline(f"pipeline-{key}", **fields.pop("options", {}))
    given = {
        "kind": AlertKind.FAILURE,
        "level": AlertLevel.ERROR,
        "pipeline_id": pipeline.id,
        "pipeline_name": pipeline.name,
        "execution_id": None,
        "new": True,
        "deduplication_key": key,
        "at": now,
        "details": {"error": {"class": "ValueError", "message": "no rows"}},
    }
    with watcher._transaction() as (session, _):
        opening.open_alerts(session, [Finding(**{**given, **fields})], now=now)
    return watcher.alerts()[0].id


def test_list_shows_what_is_not_resolved(watcher: Watcher, cli: Cli) -> None:
    assert cli("alerts", "list") == ""
    first, second = opened(watcher, "first"), opened(watcher, "second", kind=AlertKind.FRESHNESS)
    watcher.resolve_alert(first)
    assert [each["id"] for each in cli.json("alerts", "list")] == [second]
    assert [each["id"] for each in cli.json("alerts", "list", "--all")] == [second, first]
    assert [each["id"] for each in cli.json("alerts", "list", "--state", "resolved")] == [first]
    assert [each["id"] for each in cli.json("alerts", "list", "--all", "--kind", "failure")] == [first]
    assert [each["id"] for each in cli.json("alerts", "list", "--all", "-p", "pipeline-first")] == [first]
    row = cli("alerts", "list").splitlines()[1].split()
    assert row[:4] == [str(second), "error", "freshness", "pipeline-second"]
    # One was over before anybody was notified of it.
    assert [line.split()[-1] for line in cli("alerts", "list", "--all").splitlines()[1:]] == ["yet", "never"]
    assert "no pipeline named 'typo'" in cli("alerts", "list", "-p", "typo", code=1)


def test_show_names_the_owner_and_the_runbook(watcher: Watcher, cli: Cli) -> None:
    page = "https://wiki.example.com/orders"
    declared = {"pipeline_metadata": {"owners": ["team:sales", "ada@example.com"], "runbook": page}}
    shown = cli("alerts", "show", str(opened(watcher, "owned", options=declared)))
    assert re.search(r"\nowner +team:sales, ada@example.com\n", shown)
    assert re.search(rf"\nrunbook +{page}\n", shown)
    shown = cli("alerts", "show", str(opened(watcher, "bare", options={"pipeline_metadata": {"runbook": 7}})))
    assert "owner" not in shown
    assert "runbook" not in shown
    health = {"kind": AlertKind.HEALTH, "pipeline_id": None, "pipeline_name": None}
    assert "owner" not in cli("alerts", "show", str(opened(watcher, "health/x", **health)))


def test_what_fails_is_shown_with_its_last_success(watcher: Watcher, cli: Cli) -> None:
    number = opened(watcher, "a")
    assert "last success" not in cli("alerts", "show", str(number))
    with watcher.track("pipeline-a"):
        pass
    assert re.search(r"\nlast success +20.+ago\)\n", cli("alerts", "show", str(number)))
    # Of a failed partition, too, it is when any of the asset's succeeded.
    now = dt.datetime.now(dt.UTC)
    watcher.record([replace(record("pipeline-a", scope="2026-03-02"), start_date=now, end_date=now)])
    assert re.search(r"\nlast success +20.+ago\), of 2026-03-02\n", cli("alerts", "show", str(number)))
    with serving(create_app(watcher)) as board:
        shown = board.get(f"/ui/alerts/{number}").text
        assert re.search(r"<dt>Last success</dt><dd>[^\n]+\), of [^\n]+2026-03-02", shown)
    watcher.resolve_alert(number)
    assert "last success" not in cli("alerts", "show", str(number))


def test_show_says_all(watcher: Watcher, cli: Cli) -> None:
    number = opened(watcher, "a")
    shown = cli("alerts", "show", str(number))
    assert re.match(r"what +pipeline-a failed: no rows\n", shown)
    assert "no rows" in shown
    assert re.search(r"error +ValueError: no rows\n", shown)
    assert re.search(r"notified +not yet\n", shown)
    assert "facts" not in shown, "what only checks need is in --json"
    assert cli.json("alerts", "show", str(number))["facts"]["error"]["class"] == "ValueError"
    assert "no alert with id 999" in cli("alerts", "show", "999", code=1)


def test_show_names_what_is_behind_it(watcher: Watcher, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cause, late, over = (opened(watcher, key) for key in ("cause", "late", "over"))
    with watcher._transaction() as (session, _):
        statement = sa.text("UPDATE watcher.alert SET cause_alert_id = :cause WHERE id = ANY(:behind)")
        session.execute(statement, {"cause": cause, "behind": [late, over]})
    assert [each.id for each in watcher.alerts(behind=cause)] == [over, late]
    assert "… and" not in cli("alerts", "show", str(cause))
    monkeypatch.setattr("watcher_core.cli.alerts.SHOWN_BEHIND", 1)
    assert cli("alerts", "show", str(cause)).endswith("… and 1 more\n")
    watcher.resolve_alert(over)
    shown = cli("alerts", "show", str(cause))
    assert shown.endswith(f"\n\nBehind it\nalert {late}: pipeline-late failed: no rows\n")
    shown = cli("alerts", "show", str(late))
    assert shown.endswith(f"\n\nIts cause\nalert {cause}, open: pipeline-cause failed: no rows\n")
    assert "Behind it" not in shown


def test_status_begins_with_the_causes(watcher: Watcher, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cause, behind, other = (opened(watcher, key) for key in ("cause", "behind", "other"))
    with watcher._transaction() as (session, _):
        statement = sa.text("UPDATE watcher.alert SET cause_alert_id = :cause WHERE id = :behind")
        session.execute(statement, {"cause": cause, "behind": behind})

    def shown(*options: str) -> tuple[list[str], str]:
        problems = cli("status", *options).partition("Pipelines")[0]
        return re.findall(r"^ *(\d+)  error", problems, re.MULTILINE), problems

    ids, problems = shown()
    assert ids == [str(cause), str(other)]
    assert "Problems: 3 alerts" in problems
    assert "… and 1 more, behind these: watcher status --all\n" in problems
    assert shown("--all")[0] == [str(cause), str(behind), str(other)]
    monkeypatch.setattr("watcher_core.cli.status.SHOWN_ALERTS", 1)
    assert "… and 2 more, behind these or less urgent: watcher status --all\n" in shown()[1]


def test_acknowledge_snooze_and_resolve(watcher: Watcher, cli: Cli) -> None:
    number = opened(watcher, "a")
    acknowledged = f"alert {number}, failure of pipeline-a: acknowledged, up to level error\n"
    assert cli("alerts", "ack", str(number)) == acknowledged
    assert re.search(r"\nstate +acknowledged, up to level error\n", cli("alerts", "show", str(number)))
    assert watcher.alert(number).state is AlertState.ACKNOWLEDGED
    assert re.search(
        r"acknowledged, up to level error; \S+ had acknowledged it .* ago$",
        cli("alerts", "ack", str(number), "--by", "bob").strip(),
    )
    snoozed = cli("alerts", "snooze", str(number), "2 hours")
    assert snoozed.startswith(f"alert {number}, failure of pipeline-a: snoozed until ")
    assert snoozed.endswith(", up to level error\n")
    assert watcher.alert(number).state is AlertState.SNOOZED
    assert "is no time that can be read" in cli("alerts", "snooze", str(number), "soon", code=2)
    assert "must be in the future" in cli("alerts", "snooze", str(number), "2001-01-01", code=1)
    assert cli.json("alerts", "resolve", str(number))["state"] == "resolved"
    assert f"alert {number} was resolved" in cli("alerts", "resolve", str(number), code=1)


def test_what_is_as_loud_as_can_be_is_acknowledged_whatever_comes(watcher: Watcher, cli: Cli) -> None:
    number = opened(watcher, "a", level=AlertLevel.CRITICAL)
    assert cli("alerts", "ack", str(number)) == f"alert {number}, failure of pipeline-a: acknowledged\n"


@pytest.mark.parametrize("command", ["ack", "note", "resolve", "show", "snooze"])
def test_a_name_in_place_of_an_id_leads_to_the_id(watcher: Watcher, cli: Cli, command: str) -> None:
    more = {"note": ["a"], "snooze": ["2 hours"]}.get(command, [])

    def said(typed: str) -> str:
        return " ".join(cli("alerts", command, typed, *more, code=2).split())

    number = opened(watcher, "a b")
    assert f"pipeline-a b is a pipeline; its one open alert is {number}" in said("pipeline-a b")
    opened(watcher, "of another kind", kind=AlertKind.FRESHNESS, pipeline_id=watcher.pipeline("pipeline-a b").id)
    assert "with 2 open alerts; see: watcher alerts list --pipeline 'pipeline-a b'" in said("pipeline-a b")
    watcher.get_or_create_pipeline("well")
    assert "without an open alert; see: watcher alerts list --pipeline well --all" in said("well")
    for typed in ("orders", "0", "1x", "#17", "9" * 30):
        assert f"{typed!r} is no alert's id; see: watcher alerts list" in said(typed)
    assert watcher.alert(number).state is AlertState.OPEN


def test_what_people_did_is_shown_with_all_notes(watcher: Watcher, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    number = opened(watcher, "a", level=AlertLevel.WARNING)
    shown = str(number)
    assert "What people did" not in cli("alerts", "show", shown)
    cli("alerts", "ack", shown, "--note", "looking at it")
    assert cli("alerts", "note", shown, "the loader hangs") == f"alert {number}, failure of pipeline-a: noted\n"
    cli("alerts", "snooze", shown, "2100-01-01 00:00", "--by", "bob")
    page, _, done = cli("alerts", "show", shown).partition("\n\nWhat people did\n")
    moment = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d"
    assert re.fullmatch(
        rf"{moment}  ada acknowledged it: looking at it\n"
        rf"{moment}  ada noted: the loader hangs\n"
        rf"{moment}  bob snoozed it until 2100-01-01 00:00:00[+-]\d\d:\d\d\n",
        done,
    )
    assert "note" not in page
    actions = cli.json("alerts", "show", shown)["actions"]
    assert [(each["kind"], each["acted_by"], each["note"]) for each in actions] == [
        ("acknowledged", "ada", "looking at it"),
        ("noted", "ada", "the loader hangs"),
        ("snoozed", "bob", None),
    ]
    opened(watcher, "a", level=AlertLevel.CRITICAL)
    assert re.search(r"\nstate +open, snoozed only at level warning\n", cli("alerts", "show", shown))
    assert "note has 0 characters" in cli("alerts", "note", shown, " ", code=1)


def test_deliver_from_the_shell(watcher: Watcher, cli: Cli, server: SlackServer) -> None:
    opened(watcher, "a")
    assert "To the webhook of SLACK_WEBHOOK_URL" in cli("alerts", "deliver", "--dry-run")
    assert "ValueError: no rows" in cli("alerts", "deliver", "--dry-run")
    assert server.requests == 0
    assert cli("alerts", "deliver") == "1 message sent, for 1 alert\n"
    assert cli.json("alerts", "deliver") == {"messages": 0, "alerts": 0, "waiting": 0, "errors": []}
    assert cli("alerts", "deliver", "--dry-run") == "no pending notifications\n"
    assert cli.json("alerts", "deliver", "--dry-run") == []


def test_notified_is_when_the_last_message_arrived(watcher: Watcher, cli: Cli, server: SlackServer) -> None:
    number = opened(watcher, "a")
    cli("alerts", "deliver")
    with watcher._transaction() as (session, _):  # an alert that is back, of which a second message has just arrived
        session.execute(sa.text("UPDATE watcher.alert_delivery SET delivered_at = delivered_at - interval '5 hours'"))
    assert "5 hours ago" not in cli("alerts", "list")
    assert "5 hours ago" not in cli("alerts", "show", str(number))


def test_what_could_not_be_delivered_is_said(watcher: Watcher, cli: Cli, server: SlackServer) -> None:
    opened(watcher, "a")
    server.fail(Failure(503, "service_unavailable"))
    told = cli("alerts", "deliver", code=1)
    assert told.splitlines()[:2] == [
        "0 messages sent, for 0 alerts; 1 waiting",
        "default: Slack answers HTTP 503: service_unavailable",
    ]
    assert cli("alerts", "deliver", "--retry-now") == "1 message sent, for 1 alert\n"


def test_without_slack_a_delivery_says_what_to_set(watcher: Watcher, cli: Cli) -> None:
    opened(watcher, "a")
    assert "SLACK_WEBHOOK_URL is not set" in cli("alerts", "deliver", code=1)
    assert "To nowhere: SLACK_WEBHOOK_URL is not set" in cli("alerts", "deliver", "--dry-run")


def test_a_test_message(watcher: Watcher, cli: Cli, server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("alerts", "test") == "default: arrived\n"
    assert "INFO: Test" in server.headers[0]
    server.fail(Failure(403, "invalid_token"))
    assert "default: Slack answers HTTP 403: invalid_token" in cli("alerts", "test", code=1)
    assert "there is no destination 'typo'" in cli("alerts", "test", "--to", "typo", code=1)
    monkeypatch.delenv("SLACK_WEBHOOK_URL")
    assert "nobody is notified: no destination is configured; set SLACK_WEBHOOK_URL" in cli("alerts", "test", code=1)


ROUTES = """
[[routes]]
name = "oncall"
kind = "failure"
level = ["warning", "error"]
to = "ONCALL"
[[routes]]
pipeline = "raw/*"
to = "PLATFORM"
secret = "PLATFORM_SECRET"
"""


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    """Routes that lead to PagerDuty and to a webhook; no default."""
    Path("routes.toml").write_text(ROUTES)
    monkeypatch.setenv("WATCHER_ROUTES", "routes.toml")
    monkeypatch.setenv("COLUMNS", "80")
    with http_server() as there:
        monkeypatch.setenv("ONCALL", f"pagerduty://0123456789abcdef@127.0.0.1:{there.port}")
        monkeypatch.setenv("PLATFORM", f"{there.url}/very-secret")
        monkeypatch.setenv("PLATFORM_SECRET", "very-secret")
        yield there


def test_routes_are_listed_and_tried(
    watcher: Watcher, cli: Cli, routes: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = cli("alerts", "routes").splitlines()
    assert [line.split()[0] for line in listed] == ["route", "1", "2"]
    assert "kind failure, level warning or" in listed[1]
    assert [each["to"] for each in cli.json("alerts", "routes")] == ["ONCALL", "PLATFORM"]
    assert cli("alerts", "test", "--route", "oncall") == "ONCALL: arrived\n"
    assert [request.json["event_action"] for request in routes.taken] == ["trigger", "resolve"]
    assert cli("alerts", "test", "--route", "2") == "PLATFORM: arrived\n"
    assert routes.taken[-1].json["event"] == "test"
    assert "there is no route 'typo'; there are oncall, 2" in cli("alerts", "test", "--route", "typo", code=1)
    routes.fail(Failure(403, "very-secret"))
    failed = cli("alerts", "test", code=1)
    assert failed.startswith("ONCALL: PagerDuty answers HTTP 403")
    monkeypatch.delenv("PLATFORM_SECRET")
    assert "PLATFORM: PLATFORM_SECRET is not set" in cli("alerts", "test", code=1)
    assert "PLATFORM_SECRET is not" in cli("alerts", "routes")


def test_routes_say_when_they_send(watcher: Watcher, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = 'quiet = ["22:00-07:00", "Sat-Sun"]\ntimezone = "Europe/Berlin"'
    digest = 'digest = "0 9 * * 1-5"\nquiet = "00:00-23:59"\nhold_critical = true'
    Path("routes.toml").write_text(
        f'[[routes]]\nkind = "failure"\nto = "A"\n{quiet}\n[[routes]]\nto = "B"\n{digest}\n'
        '[[routes]]\nkind = "health"\nto = "C"\n'
    )
    monkeypatch.setenv("WATCHER_ROUTES", "routes.toml")
    monkeypatch.setenv("COLUMNS", "300")
    watcher.add_maintenance(duration=dt.timedelta(hours=2), note="new disks")
    watcher.get_or_create_pipeline("orders")
    watcher.add_maintenance(pipeline="orders", cron="0 2 * * 0", duration=dt.timedelta(hours=1))
    heading, first, second, third, now, later = cli("alerts", "routes").splitlines()
    assert "sends" in heading
    assert "quiet 22:00-07:00 and Sat-Sun, Europe/Berlin" in first
    assert "digest 0 9 * * 1-5, quiet 00:00-23:59, UTC, critical ones, too" in second
    assert "at once" in third
    assert now.startswith("maintenance 1: all alerts are not sent until ")
    assert now.endswith("(new disks)")
    assert later.startswith("maintenance 2: alerts of orders are not sent for 1 h at 0 2 * * 0 (UTC), next at ")
    one, two, three = cli.json("alerts", "routes")
    assert (one["quiet"], one["timezone"], two["digest"], two["hold_critical"]) == (
        ["22:00-07:00", "Sat-Sun"],
        "Europe/Berlin",
        "0 9 * * 1-5",
        True,
    )
    assert (three["quiet"], three["digest"], three["quiet_until"]) == ([], None, None)


def test_a_window_that_is_to_start_later_is_as_long_as_it_says(watcher: Watcher, cli: Cli) -> None:
    cli("maintenance", "add", "--from", "tomorrow 09:00", "--for", "2 hours")
    [window] = watcher.maintenance()
    assert window.ends_at is not None
    assert window.ends_at - window.starts_at == dt.timedelta(hours=2)
    assert window.starts_at.astimezone().strftime("%H:%M") == "09:00"


@pytest.mark.usefixtures("routes")
def test_what_is_to_be_sent_next_is_said_in_words(watcher: Watcher, cli: Cli) -> None:
    shown = str(opened(watcher, "a"))
    cli("alerts", "deliver")
    cli("alerts", "snooze", shown, "2100-01-01 00:00")
    assert "to ONCALL to be sent: the snooze" in " ".join(cli("alerts", "show", shown).split())
    cli("alerts", "deliver")
    assert "to ONCALL to be sent: a reminder, due 2100-01-01 00:00:00" in " ".join(cli("alerts", "show", shown).split())
    with serving(create_app(watcher)) as board:
        assert "<td>a reminder, <time" in board.get(f"/ui/alerts/{shown}").text


def test_every_place_gets_its_alerts(watcher: Watcher, cli: Cli, routes: HttpServer) -> None:
    first = opened(watcher, "a")
    opened(watcher, "b", details={"error": {"class": "ValueError", "message": "too many rows"}})
    opened(watcher, "c", kind=AlertKind.FRESHNESS)
    assert "2 messages sent, for 2 alerts; 1 waiting" in cli("alerts", "deliver", code=1), "an incident for each"
    assert "to ONCALL  notified" in cli("alerts", "show", str(first))
    routes.fail(Failure(500, "no"))
    watcher.acknowledge_alert(first)
    cli("alerts", "deliver", code=1)
    assert "to be sent: the acknowledgement, tried 1 time, due 2" in " ".join(cli("alerts", "show", str(first)).split())
    [delivery] = cli.json("alerts", "show", str(first))["deliveries"]
    assert (delivery["destination"], delivery["event"]) == ("ONCALL", "acknowledged")
    watcher.resolve_alert(first)
    cli("alerts", "deliver", "--retry-now", code=1)
    events = [(request.json["event_action"], request.json["dedup_key"]) for request in routes.taken]
    assert [action for action, _ in events] == ["trigger", "trigger", "resolve"]
    # Those of one delivery are sent side by side: either may be there first.
    assert len({events[0][1], events[1][1]}) == 2
    assert events[2][1].startswith(f"watcher-{first}-")
    assert events[2][1] in (events[0][1], events[1][1])
    [(state, said)] = [(state, said) for state, said in findings(cli) if "without a destination" in said]
    assert state == "warning"
    assert said.endswith(", 1 of them without a destination")


def test_doctor_says_before_it_matters_what_is_wrong_with_routes(
    watcher: Watcher, cli: Cli, routes: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher.get_or_create_pipeline("raw/a", pipeline_metadata={"owners": ["anna", "bert"]})
    watcher.get_or_create_pipeline("orders")
    Path("routes.toml").write_text(f"{ROUTES}[owners]\nanna = {{webhook = '@anna'}}\n")
    assert findings(cli, topics=("routes",)) == [
        ("warning", "some alerts of 1 pipeline would go nowhere, and wait: orders"),
        ("warning", "nothing mentions 1 owner of pipelines: bert"),
        ("ok", "what two routes match goes by the first of them; these overlap: 1 and 2"),
    ]
    monkeypatch.setenv("PLATFORM", "mailto://me:very-secret@")
    wrong = cli("doctor", code=1)
    assert "PLATFORM is set, but only a JSON webhook is signed" in " ".join(wrong.split())
    assert "very-secret" not in wrong
    Path("routes.toml").write_text(ROUTES.replace("pipeline =", "pipelin ="))
    assert "did you mean pipeline?" in " ".join(cli("doctor", code=1).split())


# Doctor


def findings(cli: Cli, *arguments: str, topics: tuple[str, ...] = ("alerts", "destinations")) -> list[tuple[str, str]]:
    found = json.loads(cli("doctor", "--json", *arguments, code=0))["findings"]
    return [(each["level"], each["message"]) for each in found if each["topic"] in topics]


def test_all_doors_say_that_routes_cannot_be_read(
    watcher: Watcher, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while somebody writes the file; whoever looks must not be told that Slack is not configured."""
    (tmp_path / "routes.toml").write_text('[[routes]]\nto = "OP')
    monkeypatch.setenv("WATCHER_ROUTES", str(tmp_path / "routes.toml"))
    opened(watcher, "a")
    cli("check", "health")
    wrong = "routes.toml, which is not TOML"
    assert wrong in cli("alerts", "deliver", code=1)
    assert wrong in cli("status")
    assert wrong in cli.json("status")["delivery"]["message"]
    assert wrong in cli("doctor", code=1)
    [alert] = [each for each in watcher.alerts(kind="health") if each.deduplication_key == "health/delivery"]
    assert alert.level is AlertLevel.ERROR
    assert wrong in alert.facts["message"]
    (tmp_path / "routes.toml").write_text("")
    cli("check", "health")
    assert watcher.alert(alert.id).state is AlertState.RESOLVED
    assert wrong not in cli("status")


def test_doctor_says_that_alerts_go_nowhere(watcher: Watcher, cli: Cli) -> None:
    assert findings(cli) == [
        ("ok", "all are delivered"),
        ("ok", "none is configured here; where no other host or code location has one, alerts wait"),
    ]


def test_doctor_says_where_alerts_go_and_what_waits(watcher: Watcher, cli: Cli, server: SlackServer) -> None:
    opened(watcher, "a")
    [(level, waits), destination] = findings(cli)
    assert (level, waits.startswith("1 waits to be delivered")) == ("ok", True)
    assert destination == ("ok", "alerts can go to the webhook of SLACK_WEBHOOK_URL")
    server.fail(Failure(404, "no_service"))
    cli("alerts", "deliver", code=1)
    [(level, waits), _] = findings(cli)
    assert level == "warning"
    assert "Slack answers HTTP 404: no_service (the webhook was removed" in waits
    assert "/services/" not in cli("doctor")


def test_doctor_says_what_a_new_route_has_not_heard_of(
    watcher: Watcher, cli: Cli, server: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(watcher, "first", level=AlertLevel.ERROR)
    opened(watcher, "quiet", level=AlertLevel.WARNING)
    cli("alerts", "deliver")
    assert "would go to" not in cli("doctor")
    routes = tmp_path / "routes.toml"
    routes.write_text('[[routes]]\nlevel = "error"\nto = "NEW_PLACE"\ncontinue = true\n')
    monkeypatch.setenv("WATCHER_ROUTES", str(routes))
    monkeypatch.setenv("NEW_PLACE", f"{server.url}/new")
    cli("alerts", "deliver")
    said = "1 open alert would go to the JSON webhook of NEW_PLACE by now, and was sent elsewhere before"
    assert said in cli("doctor")
    watcher.resolve_alert(watcher.alerts(pipeline="pipeline-first")[0].id)
    cli("alerts", "deliver")
    assert "would go to" not in cli("doctor")


def test_doctor_explains_the_route_of_a_pipeline(
    watcher: Watcher, cli: Cli, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("routes.toml").write_text('[[routes]]\nowner = "team:x"\nkind = "failure"\nchannel = "#x"\n')
    monkeypatch.setenv("WATCHER_SLACK_ROUTES", "routes.toml")
    monkeypatch.setenv("WATCHER_SLACK_TOKEN", "xoxb-1")
    watcher.get_or_create_pipeline("orders", pipeline_metadata={"owners": ["team:x"]})
    assert findings(cli, "--pipeline", "orders", topics=("alerts",))[1:] == [
        (
            "ok",
            "freshness and timeliness and anomaly and asset_check and missed and stuck alerts of this pipeline would "
            "go to the webhook of SLACK_WEBHOOK_URL, by default",
        ),
        ("ok", "failure alerts of this pipeline would go to channel #x, by route 1"),
    ]
    assert "no pipeline named 'order'; did you mean 'orders'?" in cli("doctor", "--pipeline", "order", code=1)


def test_doctor_finds_what_is_wrong(watcher: Watcher, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("routes.toml").write_text('[[routes]]\nlevel = "error"\nwebhook = "ONCALL_WEBHOOK"\n')
    monkeypatch.setenv("WATCHER_SLACK_ROUTES", "routes.toml")
    assert "ONCALL_WEBHOOK is not set; what goes to the webhook of ONCALL_WEBHOOK waits" in cli("doctor", code=1)
    monkeypatch.setenv("ONCALL_WEBHOOK", "hooks.slack.com/services/secret")
    wrong = cli("doctor", code=1)
    assert "ONCALL_WEBHOOK is set, but the address is not one" in wrong
    assert "services/secret" not in wrong
    Path("routes.toml").write_text("[[routes]]\nlevel = 'loud'\nchannel = '#a'\n")
    assert "routes.toml: route 1, level is 'loud'" in cli("doctor", code=1)


# Who did what


def test_who_acknowledged_snoozed_or_resolved_is_kept_with_the_note(
    watcher: Watcher, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    number = str(opened(watcher, "a"))
    cli("alerts", "ack", number, "--note", "looking at it")
    assert re.search(r"acknowledged +20.* by ada\n", cli("alerts", "show", number))
    cli("alerts", "snooze", number, "2 hours", "--by", "grace")
    alert = watcher.alert(int(number))
    assert (alert.acknowledged_by, alert.snoozed_by, alert.note) == ("ada", "grace", "looking at it")
    cli("alerts", "resolve", number, "--note", "known outage")
    shown = cli("alerts", "show", number)
    assert "closed by hand by ada: known outage" in shown
    assert "note has 0 characters; it may have 1 to 1,000" in cli(
        "alerts", "ack", str(opened(watcher, "b")), "--note", " ", code=1
    )
