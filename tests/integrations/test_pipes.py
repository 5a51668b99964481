"""The real Dagster Pipes: a script in a process of its own."""

import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from tests.integrations.conftest import Location
from watcher_core import ExecutionState

SCRIPT = """
from dagster_pipes import open_dagster_pipes

with open_dagster_pipes() as pipes:
{body}
"""


@pytest.fixture
def pipes(locations: Callable[..., Location], tmp_path: Path) -> Callable[..., Location]:
    """Runs a script for the assets `a` and `b`, and returns the location."""

    def run(*lines: str, retries: int = 0) -> Location:
        script = tmp_path / "script.py"
        script.write_text(SCRIPT.format(body="\n".join(f"    {line}" for line in lines)))

        @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], retry_policy=dg.RetryPolicy(max_retries=retries))
        def external(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient):
            return client.run(command=[sys.executable, str(script)], context=context).get_results()

        location = locations(external, client=dg.PipesSubprocessClient())
        location.succeeded = location.run()
        return location

    return run


def test_what_a_script_reports(pipes: Callable[..., Location]) -> None:
    location = pipes(
        "pipes.report_asset_materialization(asset_key='a', metadata={'watcher/inserts': 12, 'dagster/row_count': 40})",
        "pipes.report_asset_materialization(asset_key='b', metadata={'watcher/inserts': 0})",
    )
    assert location.succeeded
    assert location.counts("a") == {"inserts": 12, "total_rows": 40}
    assert location.counts("b") == {"inserts": 0}


@pytest.mark.parametrize("retries", [0, 1])
def test_a_script_that_raises(retries: int, pipes: Callable[..., Location]) -> None:
    location = pipes("raise ValueError('no file for today')", retries=retries)
    assert location.states("a", "b") == dict.fromkeys("ab", ExecutionState.FAILED)
    error = location.last("b").execution_metadata["error"]
    assert error["class"] == "ValueError"
    assert error["message"].splitlines()[0] == "no file for today"
    assert location.failing()["b"]["error"].splitlines()[0] == "no file for today"
    assert len(location.watcher.alerts()) == 1


def test_a_script_that_is_killed(pipes: Callable[..., Location]) -> None:
    location = pipes("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    error = location.last("a").execution_metadata["error"]
    assert error["class"] == "DagsterPipesExecutionError"
    assert "-9" in error["message"].splitlines()[0]


def test_a_value_of_the_wrong_type_loses_what_comes_after_it(pipes: Callable[..., Location]) -> None:
    location = pipes(
        "pipes.report_asset_materialization(asset_key='a', metadata={'rows': {'raw_value': 'many', 'type': 'int'}})",
        "pipes.report_asset_materialization(asset_key='b', metadata={'watcher/inserts': 5})",
    )
    assert location.succeeded
    assert location.counts("b") == {}
    assert "is lost" in location.last("a").execution_metadata["warning"]
    assert "is lost" in location.last("b").execution_metadata["warning"]
