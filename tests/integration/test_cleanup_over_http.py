"""Cleanup over HTTP: what it counts and deletes, by `Watcher` and by its command, and who may."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from tests.factories import at, record, unique
from watcher_core import AccessDeniedError, InvalidValueError, Watcher


@pytest.fixture
def old(module_watcher: Watcher) -> str:
    """A pipeline with an execution too many."""
    name = unique("load")
    module_watcher.record(record(name, start=number * 24 * 60) for number in range(31))  # the newest 30 stay
    return name


def test_old_history_is_counted_and_deleted_as_by_the_database(
    server_address: str, module_watcher: Watcher, old: str
) -> None:
    token, _ = module_watcher.create_token(old, scope="admin")
    now = at(0) + dt.timedelta(days=400)
    with Watcher(server_address, token=token) as admin:
        counted = admin.cleanup(retention_days=100, now=now, dry_run=True)
        assert counted == module_watcher.cleanup(retention_days=100, now=now, dry_run=True)
        assert len(module_watcher.executions(pipeline=old)) == 31
        deleted = admin.cleanup(retention_days=100, batch_size=1, now=now)
    assert (deleted.dry_run, deleted.deleted["pipeline_execution"]) == (False, 1)
    assert len(module_watcher.executions(pipeline=old)) == 30
    assert module_watcher.cleanup(retention_days=100, now=now).deleted["pipeline_execution"] == 0


def test_who_may_and_what_is_refused(remote_watcher: Watcher, module_watcher: Watcher) -> None:
    with pytest.raises(AccessDeniedError, match="this needs admin"):
        remote_watcher.cleanup(retention_days=100, dry_run=True)
    for wrong in ({"retention_days": 89}, {"batch_size": 0}, {"now": dt.datetime(2036, 1, 1)}):  # noqa: DTZ001 - is wrong
        messages = set()
        for watcher in (remote_watcher, module_watcher):
            with pytest.raises(InvalidValueError) as refused:
                watcher.cleanup(**wrong)
            messages.add(str(refused.value))
        assert len(messages) == 1, messages


def test_the_command_needs_no_database(remote_cli: Callable[..., str], module_watcher: Watcher, old: str) -> None:
    token, _ = module_watcher.create_token(old, scope="admin")
    found = json.loads(remote_cli("cleanup", "--retention-days", "365", "--dry-run", "--json", token=token))
    assert (found["dry_run"], "pipeline_execution" in found["deleted"]) == (True, True)
    assert "past retention is what is from" in remote_cli("cleanup", "--retention-days", "365", token=token)
