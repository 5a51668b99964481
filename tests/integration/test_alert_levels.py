"""The level of a pipeline's alerts: by what was found, and by what the pipeline or its type asks for."""

import json

import pytest

from tests.factories import NOON, at, unique
from watcher_core import Alert, AlertKind, AlertLevel, InvalidValueError, Watcher
from watcher_core.alerts import open_alerts
from watcher_core.cli import main
from watcher_core.values import Finding

WARNING, ERROR, CRITICAL, INFO = AlertLevel.WARNING, AlertLevel.ERROR, AlertLevel.CRITICAL, AlertLevel.INFO


@pytest.fixture
def name() -> str:
    return unique("orders")


def found(
    watcher: Watcher, name: str, level: AlertLevel, *, kind: AlertKind, new: bool = True, minutes: float = 0
) -> Alert:
    pipeline = watcher.get_or_create_pipeline(name)
    finding = Finding(
        kind=kind,
        level=level,
        pipeline_id=pipeline.id,
        pipeline_name=name,
        execution_id=None,
        new=new,
        deduplication_key=f"{kind}/{name}",
        at=at(minutes),
    )
    with watcher._transaction() as (session, _):
        open_alerts(session, [finding], now=at(minutes))
    (alert,) = watcher.alerts(pipeline=name, kind=kind)
    return alert


@pytest.mark.parametrize(
    ("kind", "level", "asked", "expected"),
    [
        ("failure", ERROR, "critical", CRITICAL),
        ("failure", ERROR, "warning", WARNING),
        ("failure", ERROR, None, ERROR),
        ("freshness", WARNING, "critical", CRITICAL),
        ("missed", WARNING, "critical", CRITICAL),
        ("asset_check", ERROR, "critical", CRITICAL),
        ("asset_check", WARNING, "critical", WARNING),  # its severity is WARN
        ("asset_check", WARNING, "info", INFO),
        ("anomaly", WARNING, "critical", WARNING),
        ("anomaly", WARNING, None, WARNING),
        ("stuck", INFO, "critical", INFO),
    ],
)
@pytest.mark.parametrize("owner", ["pipeline", "type"])
def test_an_alert_has_the_level_of_its_pipeline(
    kind: str,
    level: AlertLevel,
    asked: str | None,
    expected: AlertLevel,
    owner: str,
    module_watcher: Watcher,
    name: str,
) -> None:
    if owner == "type":
        module_watcher.get_or_create_pipeline_type(f"type of {name}", alert_level=asked)
        module_watcher.get_or_create_pipeline(name, pipeline_type_name=f"type of {name}")
    else:
        module_watcher.get_or_create_pipeline(name, alert_level=asked)
    assert found(module_watcher, name, level, kind=AlertKind(kind)).level == expected


def test_the_level_of_a_pipeline_comes_before_that_of_its_type(module_watcher: Watcher, name: str) -> None:
    module_watcher.get_or_create_pipeline_type(f"type of {name}", alert_level="critical")
    module_watcher.get_or_create_pipeline(name, pipeline_type_name=f"type of {name}", alert_level="error")
    assert found(module_watcher, name, WARNING, kind=AlertKind.FRESHNESS).level == ERROR


def test_a_level_follows_what_is_found_though_nothing_of_it_is_new(module_watcher: Watcher, name: str) -> None:
    levels = [
        found(module_watcher, name, level, kind=AlertKind.ASSET_CHECK, new=is_new, minutes=minutes).level
        for minutes, (level, is_new) in enumerate([(ERROR, True), (WARNING, False), (ERROR, False)])
    ]
    assert levels == [ERROR, WARNING, ERROR]
    module_watcher.update_pipeline(name, alert_level="critical")
    again = found(module_watcher, name, ERROR, kind=AlertKind.ASSET_CHECK, new=False, minutes=4)
    assert (again.level, again.opened_at, again.state) == (CRITICAL, NOON, "open")


def test_a_level_that_there_is_not_is_refused(module_watcher: Watcher, name: str) -> None:
    module_watcher.get_or_create_pipeline(name)
    with pytest.raises(InvalidValueError, match=r"alert_level is 'loud'; it may be info, warning, error, critical"):
        module_watcher.update_pipeline(name, alert_level="loud")


def test_a_level_on_the_command_line(
    module_watcher: Watcher,
    module_database_url: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_database_url)
    module_watcher.get_or_create_pipeline(name)

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["pipelines", *arguments])
        assert ended.value.code == 0
        return capsys.readouterr().out

    assert run("set", name, "--level", "critical") == f"{name}: alert level none → critical\n"
    assert json.loads(run("show", name, "--json"))["alert_level"] == "critical"
    assert run("set", name, "--level", "none") == f"{name}: alert level critical → none\n"
