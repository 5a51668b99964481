"""What leads to the board: messages, and Dagster's pages."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pytest
from pydantic import SecretStr

from watcher_core import Settings, SlackMessage, Watcher
from watcher_dagster import WatcherResource, build_watcher_asset_checks
from watcher_dagster.checks.findings import freshness_table

BOARD = "https://watcher.example.com"


@dataclass
class Place:
    """A destination that keeps what it gets."""

    messages: list[SlackMessage] = field(default_factory=list)

    def send(self, message: SlackMessage, *, thread: str | None) -> None:
        self.messages.append(message)


@pytest.fixture
def linked(watcher: Watcher, database_url: str) -> Iterator[Watcher]:
    """Watcher, with a board."""
    settings = watcher.settings.model_copy(update={"board_url": f"{BOARD}/"})
    with Watcher(database_url, settings=settings) as made:
        yield made


def fail(watcher: Watcher, name: str) -> None:
    with pytest.raises(ZeroDivisionError), watcher.track(name):
        raise ZeroDivisionError


def test_a_message_leads_to_its_alert(linked):
    fail(linked, "orders")
    linked.check_failures()
    place = Place()
    linked.deliver_alerts(senders={"default": place})
    [alert] = linked.alerts()
    [message] = place.messages
    page = f"{BOARD}/ui/alerts/{alert.id}"
    assert f"[<{page}|alert {alert.id}>]" in message.text
    footer = message.blocks[-1]["elements"][0]["text"]
    assert footer == f"Watcher: <{page}|see it, and acknowledge it>"
    assert message.notification is not None
    assert message.notification.links[alert.id]["alert"] == page


def test_a_message_about_several_leads_to_what_is_wrong_now(linked):
    for name in ("orders", "customers"):
        fail(linked, name)
    linked.check_failures()
    place = Place()
    linked.deliver_alerts(senders={"default": place})
    footers = [message.blocks[-1]["elements"][0]["text"] for message in place.messages]
    assert f"<{BOARD}/ui/|see what is wrong now>" in footers[0] or all("/ui/alerts/" in each for each in footers)


def test_without_a_board_a_message_says_what_to_type(watcher):
    fail(watcher, "orders")
    watcher.check_failures()
    place = Place()
    watcher.deliver_alerts(senders={"default": place})
    assert "watcher alerts ack" in place.messages[0].blocks[-1]["elements"][0]["text"]


def test_dagster_leads_to_the_board(dagster_instance, database_url, monkeypatch):
    monkeypatch.setenv("WATCHER_BOARD_URL", BOARD)

    @dg.asset(key_prefix="shop")
    def orders(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult[Any]:
        with watcher.track(context) as execution:
            execution.record(inserts=1)
        return execution.materialize_result()

    resource = WatcherResource(database_url=database_url)
    # A client of this process that was made before knows no board.
    monkeypatch.setattr("watcher_dagster.resource._clients", {})
    result = dg.materialize(
        [orders, *build_watcher_asset_checks([orders])], instance=dagster_instance, resources={"watcher": resource}
    )
    page = f"{BOARD}/ui/pipeline?name=shop%2Forders"
    [materialization] = result.asset_materializations_for_node("shop__orders")
    assert materialization.metadata["watcher/board"] == dg.MetadataValue.url(page)
    for evaluation in result.get_asset_check_evaluations():
        assert evaluation.metadata["watcher/board"] == dg.MetadataValue.url(page)
    resource.get_client().close()


def test_the_page_of_a_run_leads_to_the_board(linked, dagster_instance):
    linked.get_or_create_pipeline("a b/c", freshness_number=1, freshness_datepart="hour")
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    found = linked.check_freshness(now=now)
    assert f"([board]({BOARD}/ui/pipeline?name=a+b%2Fc))" in freshness_table(found, linked, dagster_instance)


def test_a_board_that_is_not_there_has_no_address():
    assert Watcher(settings=Settings(database_url=SecretStr("postgresql://h/d"))).pipeline_address("x") is None
