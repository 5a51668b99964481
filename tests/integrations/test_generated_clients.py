"""A client that `openapi-python-client` makes of the OpenAPI document, against a real server.

As who generates one would use it: by the names of the document, without a request written by hand.
"""

from __future__ import annotations

import datetime as dt
import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from watcher_core import Watcher

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def call(server: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Call an operation of the generated client, as `call("pipelines.create_pipeline", body=...)`."""
    url, token = server
    document = tmp_path / "openapi.json"
    document.write_bytes(httpx.get(f"{url}/openapi.json").content)
    generator = Path(sys.executable).with_name("openapi-python-client")
    options = ("--meta", "none", "--output-path", str(tmp_path / "watcher_client"), "--fail-on-warning")
    made = subprocess.run(
        [generator, "generate", "--path", document, *options],
        env={"PATH": str(generator.parent)},  # where it finds ruff
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    client = importlib.import_module("watcher_client").AuthenticatedClient(base_url=url, token=token)

    def called(operation: str, **arguments: Any) -> Any:
        return importlib.import_module(f"watcher_client.api.{operation}").sync(client=client, **arguments)

    return called


@pytest.fixture
def models(call: Callable[..., Any]) -> ModuleType:
    """The classes of what is sent and answered."""
    return importlib.import_module("watcher_client.models")


def test_a_generated_client_does_what_a_job_and_whoever_is_on_call_do(
    call: Callable[..., Any], models: Any, watcher: Watcher
) -> None:
    body = models.PipelineBody(
        name="orders", pipeline_type_name="sales", freshness_number=2, freshness_datepart=models.DatePart.HOUR
    )
    pipeline = call("pipelines.create_pipeline", body=body)
    started = call("executions.start_execution", body=models.StartBody(pipeline_id=pipeline.id, start_date=NOW))
    error = models.JsonObject.from_dict({"error": {"message": "no file"}})
    ended = models.EndBody(id=started.id, completed_successfully=False, inserts=2**60, execution_metadata=error)
    execution = call("executions.end_execution", body=ended, prefer="return=representation")
    assert (execution.state, execution.inserts) == (models.ExecutionState.FAILED, 2**60)

    fields = {"pipeline_name": "stock", "state": models.ExecutionState.SUCCEEDED, "start_date": NOW, "end_date": NOW}
    records = [models.RecordFields(external_id=str(number), **fields) for number in range(5)]
    assert call("executions.record_executions", body=models.BatchBody(executions=records)).recorded == 5
    first = call("executions.list_executions", pipeline="stock", limit=3)
    second = call("executions.list_executions", pipeline="stock", limit=3, cursor=first.next_cursor)
    assert (len(first.data), len(second.data), second.next_cursor) == (3, 2, None)
    tracked = call("executions.track_execution", body=models.TrackBody(pipeline_name="tracked"))
    assert tracked.state is models.ExecutionState.RUNNING
    assert call("pings.ping_success", pipeline="flights/daily", rows=3).strip() == "OK"
    assert [each.name for each in call("pipelines.list_pipelines")] == ["flights/daily", "orders", "stock", "tracked"]

    addresses = {
        side: [models.AddressBody(name=name, address_type_name="postgresql", address_type_group_name="database")]
        for side, name in (("source_addresses", "shop.orders"), ("target_addresses", "dwh.orders"))
    }
    call("lineage.declare_lineage", body=models.LineageBody(pipeline_id=pipeline.id, **addresses))
    (behind,) = call("lineage.get_lineage_impact", address="shop.orders")
    assert (behind.pipeline_name, behind.targets) == ("orders", ["dwh.orders"])

    watcher.check_failures()
    (alert,) = call("alerts.list_alerts", state=[models.AlertState.OPEN]).data
    assert alert.facts["error"] == "no file"
    assert call("alerts.acknowledge_alert", alert_id=alert.id).state is models.AlertState.ACKNOWLEDGED
    assert call("alerts.note_alert", alert_id=alert.id, body=models.NoteBody(note="the supplier is late")).note
    later = models.SnoozeBody(until=NOW + dt.timedelta(hours=1))
    assert call("alerts.snooze_alert", alert_id=alert.id, body=later).state is models.AlertState.SNOOZED

    unknown = call("alerts.resolve_alert", alert_id=999)
    assert isinstance(unknown, models.ApiError)
    assert (unknown.code, unknown.message) == ("not_found", "no alert with id 999")
