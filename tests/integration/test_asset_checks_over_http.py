"""Asset checks over HTTP: read by `Watcher`, by commands, and who may."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.factories import at
from tests.http_client import Client, token_headers
from watcher_core import AlertLevel, AssetCheckRecord, AssetCheckStatus, InvalidValueError, NotFoundError, Watcher


@pytest.fixture
def orders(module_watcher: Watcher, tmp_path: Path) -> str:
    """An asset with a check that has failed and one that has passed, beside one of others."""
    name = f"orders_{tmp_path.name}"
    with module_watcher.recorder("an instance") as session:
        assert session is not None
        records = [
            AssetCheckRecord(
                pipeline_name=pipeline,
                check_name=check,
                external_id=f"{pipeline}/{number}",
                execution_external_id=f"{pipeline}/{number}",
                status=AssetCheckStatus.FAILED if number == 2 else AssetCheckStatus.PASSED,
                severity=AlertLevel.ERROR if number == 2 else None,
                evaluated_at=at(number),
                result_metadata={"rows": number},
            )
            for number, (pipeline, check) in enumerate(
                [(name, "sound"), (name, "unique"), (name, "sound"), (f"hr_{name}", "sound")]
            )
        ]
        session.record([], asset_checks=records, cursor=session.cursor)
    return name


def test_asset_checks_are_read_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, orders: str
) -> None:
    asked: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("asset_checks", {}),
        ("asset_checks", {"failing": True}),
        ("asset_checks", {"pipeline": orders, "failing": False}),
        ("asset_checks", {"pipeline": module_watcher.pipeline(orders).id, "limit": 1}),
        ("asset_checks", {"limit": 0}),
        ("asset_checks", {"limit": 20_000}),
        ("asset_check_results", {}),
        ("asset_check_results", {"pipeline": orders, "check": "sound"}),
        ("asset_check_results", {"status": "failed", "since": at(2)}),
        ("asset_check_results", {"status": AssetCheckStatus.PASSED, "limit": 1}),
    )
    for method, given in asked:
        by_http, by_database = (getattr(each, method)(**given) for each in (remote_watcher, module_watcher))
        assert by_http == by_database, (method, given)
        assert repr(by_http) == repr(by_database), "of the same types"
    assert len(remote_watcher.asset_check_results(pipeline=orders)) == 3


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("asset_checks", {"pipeline": "nobody's"}),
        ("asset_checks", {"limit": -1}),
        ("asset_check_results", {"pipeline": 987654321}),
        ("asset_check_results", {"status": "asleep"}),
        ("asset_check_results", {"check": " "}),
        ("asset_check_results", {"since": dt.datetime(2036, 1, 1)}),  # noqa: DTZ001 - that is what is wrong
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, method: str, given: dict[str, Any]
) -> None:
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**given)
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_who_may(http_api: Client, module_watcher: Watcher, orders: str) -> None:
    read = token_headers(module_watcher, scope="read")
    mine = token_headers(module_watcher, scope="read", pipelines="orders_*")
    for path in ("/asset_check", "/asset_check_result"):
        assert "hr_" in http_api.get(path, headers=read).text
        own = http_api.get(path, headers=mine)
        assert orders in own.text
        assert "hr_" not in own.text
        assert http_api.get(f"{path}?pipeline=hr_{orders}", headers=read).status_code == 200
        assert http_api.get(f"{path}?pipeline=hr_{orders}", headers=mine).status_code == 403


def test_commands_need_no_database(remote_cli: Callable[..., str], orders: str) -> None:
    assert orders in remote_cli("asset-checks", "list", "--failing")
    found = json.loads(remote_cli("asset-checks", "history", "-p", orders, "--json"))
    assert [each["check_name"] for each in found] == ["sound", "unique", "sound"]
