"""Pipelines that are gone from the code: no check looks at them, and the message says why."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

import pytest

from tests.factories import at, record
from watcher_core import ExecutionState, PipelineConfiguration, Watcher
from watcher_core.alerts import messages
from watcher_core.enums import AlertEvent


def declare(watcher: Watcher, *names: str, location: str | None = "shop") -> None:
    configurations: Sequence[PipelineConfiguration] = [
        PipelineConfiguration(name=name, freshness_number=1, freshness_datepart="hour") for name in names
    ]
    watcher.configure_pipelines(configurations, location=location)


def stale(watcher: Watcher) -> list[str]:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    return sorted(finding.pipeline_name for finding in watcher.check_freshness(now=tomorrow))


def test_what_a_code_location_has_no_more_is_not_checked(watcher: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    declare(watcher, "orders", "prices")
    watcher.record([record("prices", state=ExecutionState.FAILED)])
    assert stale(watcher) == ["orders", "prices"]
    assert [finding.pipeline_name for finding in watcher.check_failures(now=at(60))] == ["prices"]
    with caplog.at_level(logging.WARNING, "watcher"):
        declare(watcher, "orders")
    assert "1 pipeline is gone from the code of shop, and no check looks at them: prices" in caplog.text
    assert watcher.pipeline("prices").removed_at is not None
    assert stale(watcher) == ["orders"]
    assert watcher.check_failures(now=at(60)) == []
    assert [alert.pipeline_name for alert in watcher.alerts(state="open")] == ["orders"]


def test_what_is_declared_again_is_checked_again(watcher: Watcher) -> None:
    declare(watcher, "orders", "prices")
    declare(watcher, "orders")
    declare(watcher, "prices", location="finance")  # it has moved
    assert watcher.pipeline("prices").declared_by == "finance"
    assert stale(watcher) == ["orders", "prices"]
    declare(watcher, "orders")  # is not about what another location has
    assert stale(watcher) == ["orders", "prices"]


def test_without_a_location_nothing_is_gone(watcher: Watcher) -> None:
    declare(watcher, "orders", "prices", location=None)
    declare(watcher, "orders", location=None)
    assert stale(watcher) == ["orders", "prices"]


def test_the_recovery_says_that_it_is_gone(watcher: Watcher) -> None:
    declare(watcher, "prices")
    stale(watcher)
    (alert,) = watcher.alerts(state="open")
    told = messages.message(
        [messages.Notice(alert, is_removed=True)],
        event=AlertEvent.RESOLVED,
        kind=alert.kind,
        level=alert.level,
        total=1,
        now=at(0),
    )
    assert "gone from the code, no longer checked" in told.text
