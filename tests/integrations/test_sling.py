"""The real dagster-sling, with a stand-in for Sling's own program, which reports what a replication of it does."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.integrations.conftest import Location
from watcher_core import ExecutionState

STAND_IN = """#!/bin/sh
echo "10:01AM INF Sling Replication | SHOP -> PROD_PG | public.orders"
echo "10:01AM INF writing to target database [mode: full-refresh]"
echo "10:01AM INF inserted 12 rows into \\"raw\\".\\"orders\\" in 2 secs [6 r/s]"
echo "10:01AM INF execution succeeded"
{last}
"""
SECOND = """
echo "10:02AM INF Sling Replication | SHOP -> PROD_PG | public.users"
echo "10:02AM INF writing to target database [mode: full-refresh]"
echo "10:02AM INF inserted 0 rows into \\"raw\\".\\"users\\" in 1 secs [0 r/s]"
echo "10:02AM INF execution succeeded"
"""
FAILS = """
echo "10:02AM INF connecting to target database"
echo "fatal:"
echo "~ could not connect to database"
exit 1
"""
REPLICATION = {
    "source": "SHOP",
    "target": "PROD_PG",
    "defaults": {"mode": "full-refresh", "object": "raw.{stream_table}"},
    "streams": {"public.orders": None, "public.users": {"object": "archive.users"}},
}


@pytest.fixture
def sling(
    locations: Callable[..., Location], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Location]:
    """Runs the replication; the stand-in ends as `last` says."""
    program = tmp_path / "sling"
    monkeypatch.setenv("SLING_BINARY", str(program))
    module = pytest.importorskip("sling")
    monkeypatch.setattr(module, "SLING_BIN", str(program))
    from dagster_sling import SlingResource, sling_assets

    def run(last: str, *, stream: bool) -> Location:
        program.write_text(STAND_IN.format(last=last))
        program.chmod(stat.S_IRWXU)

        @sling_assets(replication_config=REPLICATION)
        def replication(context: dg.AssetExecutionContext, client: SlingResource) -> Iterator[Any]:
            yield from client.replicate(context=context, stream=stream)

        location = locations(replication, client=SlingResource(connections=[]))
        location.succeeded = location.run()
        return location

    return run


ORDERS, USERS = "target/public/orders", "target/archive/users"


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "at once"])
def test_a_replication(stream: bool, sling: Callable[..., Location]) -> None:
    location = sling(SECOND, stream=stream)
    assert location.succeeded
    assert location.lives(ORDERS, USERS) == {ORDERS: "PROD_PG.raw.orders", USERS: "PROD_PG.archive.users"}
    assert location.addresses()["PROD_PG.raw.orders"] == "postgresql"
    assert location.counts(ORDERS) == ({"inserts": 12} if stream else {})
    assert location.counts(USERS) == ({"inserts": 0} if stream else {})
    durations = {location.last(name).execution_metadata["duration_of"] for name in (ORDERS, USERS)}
    assert durations == {"execution" if stream else "step"}


def test_a_replication_that_fails_says_why(sling: Callable[..., Location]) -> None:
    location = sling(FAILS, stream=True)
    assert location.states(ORDERS, USERS) == {ORDERS: ExecutionState.SUCCEEDED, USERS: ExecutionState.FAILED}
    failing = location.failing()
    assert failing.keys() == {USERS}
    assert failing[USERS]["error"].splitlines()[0] == "fatal: could not connect to database"
