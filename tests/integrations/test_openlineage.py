"""Real clients of OpenLineage against a real server: the Python client with each of its ways to send, and `dbt-ol`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    data_quality_assertions_dataset,
    error_message_run,
    nominal_time_run,
    output_statistics_output_dataset,
    parent_run,
)
from openlineage.client.transport import get_default_factory

from tests.openlineage_events import run_id
from watcher_core import AssetCheckStatus, Execution, ExecutionState, Watcher

DBT_OL = Path(sys.executable).with_name("dbt-ol")
PLACE = "postgres://db:5432"


@pytest.fixture(params=["http", "http, packed", "async_http", "a slash behind the path"])
def client(request: pytest.FixtureRequest, server: tuple[str, str]) -> OpenLineageClient:
    url, token = server
    config: dict[str, Any] = {"type": "http", "url": url, "auth": {"type": "api_key", "apiKey": token}}
    if request.param == "http, packed":
        config["compression"] = "gzip"
    elif request.param == "async_http":
        config["type"] = "async_http"
    elif request.param == "a slash behind the path":
        config["endpoint"] = "api/v1/lineage/"
    return OpenLineageClient(transport=get_default_factory().create(config))


def event(run: str, state: RunState, second: int, *, job: str, facets: dict[str, Any], **sides: Any) -> RunEvent:
    return RunEvent(
        eventTime=f"2026-03-01T12:00:{second:02}+00:00",
        eventType=state,
        run=Run(runId=run_id(run), facets=facets),
        job=Job(namespace="shop", name=job),
        producer="https://example.com/loader",
        **sides,
    )


def test_the_python_client(client: OpenLineageClient, watcher: Watcher) -> None:
    parent = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=run_id("all")), job=parent_run.Job(namespace="shop", name="all")
    )
    nominal = nominal_time_run.NominalTimeRunFacet(nominalStartTime="2026-03-01T00:00:00Z")
    checked = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
        assertions=[data_quality_assertions_dataset.Assertion(assertion="not_null", success=False, column="id")]
    )
    columns = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            "total": column_lineage_dataset.Fields(
                inputFields=[column_lineage_dataset.InputField(namespace=PLACE, name="shop.public.raw", field="amount")]
            )
        }
    )
    inputs = [InputDataset(namespace=PLACE, name="shop.public.raw", inputFacets={"dataQualityAssertions": checked})]
    statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=3, size=10)
    outputs = [
        OutputDataset(
            namespace=PLACE,
            name="shop.public.sums",
            facets={"columnLineage": columns},
            outputFacets={"outputStatistics": statistics},
        )
    ]
    error = error_message_run.ErrorMessageRunFacet(message="no such table", programmingLanguage="python")
    for each in (
        event("all", RunState.START, 0, job="all", facets={}),
        event("load", RunState.START, 1, job="load", facets={"parent": parent, "nominalTime": nominal}),
        event("load", RunState.COMPLETE, 4, job="load", facets={"parent": parent}, inputs=inputs, outputs=outputs),
        event("bad", RunState.START, 5, job="bad", facets={"parent": parent}),
        event("bad", RunState.FAIL, 6, job="bad", facets={"parent": parent, "errorMessage": error}),
        event("all", RunState.ABORT, 7, job="all", facets={}),
        JobEvent(eventTime="2026-03-01T12:00:00Z", job=Job(namespace="shop", name="later"), inputs=inputs),
        DatasetEvent(eventTime="2026-03-01T12:00:00Z", dataset=StaticDataset(namespace="s3://lake", name="raw/x")),
    ):
        client.emit(each)
    client.close()

    def last(job: str) -> Execution:
        [found] = watcher.executions(pipeline=f"shop/{job}")
        return found

    load, bad = last("load"), last("bad")
    assert (load.state, load.inserts, load.duration_seconds) == (ExecutionState.SUCCEEDED, 3, 3)
    assert load.logical_date is not None
    assert (bad.state, bad.execution_metadata["error"]) == (ExecutionState.FAILED, {"message": "no such table"})
    assert {load.parent_id, bad.parent_id} == {last("all").id}
    assert last("all").state is ExecutionState.CANCELED
    [edge] = watcher.lineage_graph().edges
    assert (edge.source, edge.target) == (f"{PLACE}/shop.public.raw", f"{PLACE}/shop.public.sums")
    assert len(watcher.column_edges(f"{PLACE}/shop.public.sums")) == 1
    [check] = watcher.asset_checks()
    assert (check.pipeline_name, check.status) == ("shop/load", AssetCheckStatus.FAILED)
    assert {"shop/later"} <= {pipeline.name for pipeline in watcher.pipelines()}
    assert "s3://lake/raw/x" in {address.name for address in watcher.addresses()}


@pytest.fixture
def dbt_ol(server: tuple[str, str], dbt_project: Path, tmp_path: Path) -> Callable[..., int]:
    """Runs a command of dbt through `dbt-ol`, and returns its code."""

    def run(*command: str, **variables: str) -> int:
        url, token = server
        environment = {
            **os.environ,
            "PATH": f"{DBT_OL.parent}{os.pathsep}{os.environ['PATH']}",  # it calls dbt by its name
            "SHOP_DATABASE": str(tmp_path / "shop.duckdb"),
            "OPENLINEAGE_URL": url,
            "OPENLINEAGE_API_KEY": token,
            "OPENLINEAGE_NAMESPACE": "shop",
            **variables,
        }
        paths = ("--profiles-dir", str(dbt_project), "--project-dir", str(dbt_project))
        options = ("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"))
        done = subprocess.run(
            [DBT_OL, *command, *paths, *options], env=environment, cwd=dbt_project, capture_output=True, text=True
        )
        assert "Emitted" in done.stdout + done.stderr, done.stdout + done.stderr
        return done.returncode

    return run


def test_dbt(dbt_ol: Callable[..., int], watcher: Watcher, tmp_path: Path) -> None:
    assert dbt_ol("build", BREAK="orders") != 0

    def states() -> dict[str, str]:
        """The last state of each model."""
        found: dict[str, str] = {}
        for each in reversed(watcher.executions()):
            found[each.pipeline_name.removeprefix("shop/")] = each.state.value
        return found

    assert states() == {
        "dbt-run-shop": "failed",
        "model.shop.stg_orders": "succeeded",
        "model.shop.customers": "succeeded",
        "model.shop.orders": "failed",
    }
    assert dbt_ol("run") == 0
    assert states() == {
        "dbt-run-shop": "succeeded",
        "model.shop.stg_orders": "succeeded",
        "model.shop.customers": "succeeded",
        "model.shop.orders": "succeeded",
        "model.shop.report": "succeeded",
        "model.shop.summary": "succeeded",
    }
    # The names of the jobs of `build` and `run` differ; the models are the same.
    assert len(watcher.executions(pipeline="shop/model.shop.orders")) == 2
    place = f"duckdb://{tmp_path / 'shop.duckdb'}/shop."
    upstream = {step.address.name.removeprefix(place) for step in watcher.address_lineage(f"{place}main.summary")}
    assert {"main.report", "main.orders"} <= upstream
    checks = {check.name: check.status.value for check in watcher.asset_checks(pipeline="shop/model.shop.customers")}
    assert checks == {"unique_customers_id": "passed"}
    assert watcher.verify_lineage().is_right
