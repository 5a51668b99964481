"""The workflow of etl-watcher-sdk, the published client of the API; needs Python 3.12 and that package.

python sdk_workflow.py URL
"""

from __future__ import annotations

import json
import sys
import uuid

from watcher import (
    Address,
    AddressLineage,
    ETLResult,
    OrchestratedETL,
    Pipeline,
    PipelineConfig,
    Watcher,
    WatcherAPIError,
)


def address(name: str) -> Address:
    """A table."""
    return Address(name=name, address_type_name="postgres", address_type_group_name="database")


def main(url: str, token: str | None) -> None:
    """Do all that the client can; print what came of it."""
    client = Watcher(url, auth=token)
    name = f"sdk {uuid.uuid4().hex}"
    config = PipelineConfig(
        pipeline=Pipeline(name=name, pipeline_type_name="extraction", freshness_number=1, freshness_datepart="day"),
        address_lineage=AddressLineage(
            source_addresses=[address(f"{name}.in")], target_addresses=[address(f"{name}.public.out")]
        ),
        default_watermark="2026-01-01",
        next_watermark="2026-01-02",
    )
    found: dict[str, object] = {}
    synced = client.sync_pipeline_config(config)
    found["first_watermark"] = synced.watermark

    @client.track_pipeline_execution(
        pipeline_id=synced.pipeline.id,
        active=synced.pipeline.active,
        watermark=synced.watermark,
        next_watermark=synced.next_watermark,
    )
    def work(watcher_context):
        child = client.track_child_pipeline_execution(
            synced.pipeline.id,
            True,
            watcher_context.execution_id,
            lambda: ETLResult(completed_successfully=True, total_rows=1),
        )
        found["child"] = child.execution_id
        return ETLResult(completed_successfully=True, inserts=3, total_rows=3, execution_metadata={"a": 1})

    found["parent"] = work().execution_id
    again = client.sync_pipeline_config(config.model_copy(update={"next_watermark": "2026-01-03"}))
    found["second_watermark"] = again.watermark

    @client.track_pipeline_execution(pipeline_id=synced.pipeline.id, active=True)
    def fail():
        raise ZeroDivisionError

    try:
        fail()
    except ZeroDivisionError:
        found["failed"] = True
    started = client.start_pipeline_execution(synced.pipeline.id, parent_execution_id=found["parent"])
    started = getattr(started, "id", started)
    import pendulum

    client.end_pipeline_execution(started, completed_successfully=True, end_date=pendulum.now("UTC"))
    found["by_hand"] = started
    client.update_pipeline_next_watermark(synced.pipeline.id, "2026-01-04")
    client.trigger_timeliness_check(60)
    client.trigger_freshness_check()
    client.trigger_celery_queue_check()
    try:
        client.end_pipeline_execution(987654321, completed_successfully=True, end_date=pendulum.now("UTC"))
    except WatcherAPIError as exc:
        found["missing"] = str(exc)
    orchestrated = OrchestratedETL(url, config.model_copy(update={"next_watermark": "2026-01-05"}), auth=token)
    orchestrated.execute_etl(lambda _: ETLResult(completed_successfully=True, inserts=5))
    print(json.dumps({**found, "pipeline": synced.pipeline.id}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
