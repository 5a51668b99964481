"""A code location with Watcher's definitions in it, on a real Dagster instance, for the real integrations."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

from tests.integrations.dbt_project import write_project
from watcher_core import Execution, ExecutionState, NotFoundError, Watcher
from watcher_dagster import WatcherResource, build_watcher_definitions


class Location:
    """A code location with Watcher merged into its definitions, and the recorder's sensor of it."""

    def __init__(
        self, instance: dg.DagsterInstance, watcher: Watcher, database_url: str, definitions: dg.Definitions
    ) -> None:
        self.instance = instance
        self.watcher = watcher
        self.succeeded: bool | None = None
        self._resource = WatcherResource(database_url=database_url)
        self._definitions = dg.Definitions.merge(definitions, build_watcher_definitions(resource=self._resource))
        self._repository = self._definitions.get_repository_def()
        (self._sensor,) = [
            sensor for sensor in self._repository.sensor_defs if sensor.name == "watcher_recorder_sensor"
        ]

    def run(
        self, selection: Sequence[dg.AssetKey] | None = None, *, partition: str | None = None, config: Any = None
    ) -> bool:
        """Materialize assets, and record that; return whether the run succeeded."""
        job = self._definitions.resolve_implicit_global_asset_job_def()
        done = job.execute_in_process(
            instance=self.instance,
            asset_selection=None if selection is None else list(selection),
            partition_key=partition,
            run_config=config,
            raise_on_error=False,
        )
        self.tick()
        return done.success

    def tick(self) -> None:
        with dg.build_sensor_context(
            instance=self.instance, repository_def=self._repository, resources={"watcher": self._resource}
        ) as context:
            self._sensor.evaluate_tick(context)

    # What Watcher recorded

    def last(self, pipeline: str) -> Execution:
        return self.watcher.executions(pipeline=pipeline)[0]

    def states(self, *pipelines: str) -> dict[str, ExecutionState | None]:
        """The state of the last execution of each; `None` for one that has none."""
        found: dict[str, ExecutionState | None] = dict.fromkeys(pipelines)
        for pipeline in pipelines:
            with suppress(NotFoundError):
                executions = self.watcher.executions(pipeline=pipeline)
                found[pipeline] = executions[0].state if executions else None
        return found

    def counts(self, pipeline: str) -> dict[str, int]:
        execution = self.last(pipeline)
        fields = ("inserts", "updates", "soft_deletes", "total_rows")
        return {field: getattr(execution, field) for field in fields if getattr(execution, field) is not None}

    def changed(self, pipeline: str) -> dt.datetime | None:
        """When its data last changed."""
        found = self.watcher.pipeline(pipeline)
        moments = (found.last_target_insert, found.last_target_update, found.last_target_soft_delete)
        return max(filter(None, moments), default=None)

    def addresses(self) -> dict[str, str]:
        """The types of all addresses, by name."""
        return {address.name: address.address_type_name for address in self.watcher.lineage_graph().addresses}

    def lives(self, *pipelines: str) -> dict[str, str]:
        """The address of the asset of each pipeline."""
        return {name: address.name for name, address in self.watcher.pipeline_addresses(pipelines).items()}

    def edges(self) -> set[tuple[str, str]]:
        return {(edge.source, edge.target) for edge in self.watcher.lineage_graph().edges}

    def failing(self) -> dict[str, Mapping[str, Any]]:
        """The details of what the check of failures finds, by pipeline."""
        return {finding.pipeline_name: finding.details for finding in self.watcher.check_failures()}


@pytest.fixture
def locations(dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str) -> Iterator[Any]:
    """Makes code locations of one instance."""

    def location(*assets: Any, **resources: Any) -> Location:
        return Location(dagster_instance, watcher, database_url, dg.Definitions(assets=assets, resources=resources))

    yield location
    WatcherResource(database_url=database_url).get_client().close()


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a project of dbt, which is parsed."""
    directory = tmp_path_factory.mktemp("dbt") / "shop"
    write_project(directory)
    return directory


@pytest.fixture
def server(watcher: Watcher, database_url: str) -> Iterator[tuple[str, str]]:
    """The address of a server, and a token."""
    token, _ = watcher.create_token("client")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "watcher_core", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "WATCHER_DATABASE_URL": database_url})
    with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
        assert client.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    yield f"http://127.0.0.1:{port}", token
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) in (0, -signal.SIGTERM)
