"""Secrets that were stored before Watcher masked them."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import record
from watcher_core import (
    Address,
    AlertLevel,
    AssetCheckRecord,
    AssetCheckStatus,
    InvalidValueError,
    Watcher,
    arguments,
    masking,
)

SECRET = "postgresql://ann:s3cret@host/db"
MASKED = "postgresql://ann@host/db"
ALERT = """
    INSERT INTO watcher.alert (kind, deduplication_key, level, facts, opened_at, pipeline_id)
    SELECT 'failure', 'failure/orders', 'error', jsonb_build_object('error', CAST(:secret AS text)), now(), id
      FROM watcher.pipeline
"""
DELIVERIES = """
    INSERT INTO watcher.alert_delivery (alert_id, destination, last_error)
    SELECT id, destination, 'no answer of ' || CAST(:secret AS text)
      FROM watcher.alert, unnest(ARRAY['default', 'ONCALL']) AS destination
"""


def failed_check() -> AssetCheckRecord:
    return AssetCheckRecord(
        pipeline_name="orders",
        check_name="sound",
        external_id="a run",
        execution_external_id=None,
        status=AssetCheckStatus.ERRORED,
        severity=AlertLevel.ERROR,
        evaluated_at=dt.datetime.now(dt.UTC),
        description=f"no answer of {SECRET}",
        result_metadata={"target": SECRET},
    )


def noted(watcher: Watcher) -> None:
    """What people paste."""
    [alert] = watcher.alerts(kind="failure")
    watcher.note_alert(alert.id, f"ran psql {SECRET}")
    watcher.resolve_alert(alert.id, note=f"restarted {SECRET}")
    watcher.add_maintenance(duration=dt.timedelta(hours=1), note=f"move {SECRET}")


@pytest.fixture
def stored(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    """A database into which a version that masked nothing has written."""
    with monkeypatch.context() as before:
        before.setattr(masking, "mask_text", lambda text: text)
        before.setattr(masking, "mask_json", lambda value, written: value)
        assert arguments.json_object({"a": SECRET}, "value") == {"a": SECRET}
        watcher.get_or_create_pipeline("orders", pipeline_metadata={"target": SECRET, "pages": [1, 2]})
        with watcher.recorder("instance") as session:
            assert session is not None
            metadata = [{"dagster/uri": SECRET, "rows": 1}, {"note": "a password is asked for"}, {"password": "s3cret"}]
            records = [record("orders", execution_metadata=each) for each in metadata]
            session.record(records, asset_checks=[failed_check()], cursor={})
        watcher.create_lineage("orders", [Address(SECRET, "postgresql", "database")], [Address("b", "postgresql")])
        watcher.get_or_create_address(
            "c", address_type_name="postgresql", address_metadata={"token": "s3cret", "uri": SECRET}
        )
        with watcher._connect().begin() as connection:
            for statement in (ALERT, DELIVERIES):
                connection.execute(sa.text(statement), {"secret": SECRET})
        noted(watcher)
    return watcher


def everything(watcher: Watcher) -> str:
    with watcher._connect().begin() as connection:
        tables = connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'watcher'")).all()
        rows: list[Any] = []
        for table in tables:
            rows += connection.execute(sa.text(f"SELECT CAST(each AS text) FROM watcher.{table} AS each")).scalars()
    return "\n".join(rows)


@pytest.mark.parametrize("batch_size", [1, 5_000])
def test_what_was_stored_before_is_masked(stored: Watcher, batch_size: int) -> None:
    assert "s3cret" in everything(stored)
    assert stored.mask_secrets(batch_size=batch_size) == {
        "pipeline.pipeline_metadata": 1,
        "pipeline_execution.execution_metadata": 2,
        "address.address_metadata": 1,
        "asset_check_result.description": 1,
        "asset_check_result.result_metadata": 1,
        "alert.facts": 1,
        "alert.note": 1,
        "alert.resolution": 1,
        "alert_action.note": 2,
        "alert_delivery.last_error": 2,
        "maintenance_window.note": 1,
        "address.name": 1,
    }
    assert "s3cret" not in everything(stored)
    assert stored.pipeline("orders").pipeline_metadata == {"target": MASKED, "pages": [1, 2]}
    newest_first = [execution.execution_metadata for execution in stored.executions(pipeline="orders")]
    assert {"dagster/uri": MASKED, "rows": 1} in newest_first
    assert {"note": "a password is asked for"} in newest_first
    assert [step.address.name for step in stored.address_lineage("b", "upstream")] == [MASKED]
    [alert] = stored.alerts(kind="failure", state="resolved")
    assert [action.note for action in stored.alert_actions(alert.id)] == [f"ran psql {MASKED}", f"restarted {MASKED}"]
    assert alert.noted_at is not None, "the note of the alert is still that of its action"
    assert set(stored.mask_secrets().values()) == {0}


def test_what_people_note_and_what_checks_say_is_masked_as_it_is_stored(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("orders")
    with watcher.recorder("instance") as session:
        assert session is not None
        session.record([], asset_checks=[failed_check()], cursor={})
    with watcher._connect().begin() as connection:
        connection.execute(sa.text(ALERT), {"secret": MASKED})
    noted(watcher)
    assert "s3cret" not in everything(watcher)
    assert everything(watcher).count(MASKED) >= 7


def test_an_address_whose_name_is_known_without_the_secret_is_merged(stored: Watcher) -> None:
    known = stored.get_or_create_address(MASKED, address_type_name="postgresql")
    stored.mask_secrets()
    assert [address.id for address in stored.addresses() if address.name == MASKED] == [known.id]
    assert [step.address.id for step in stored.address_lineage("b", "upstream")] == [known.id]


def test_a_batch_has_rows(stored: Watcher) -> None:
    with pytest.raises(InvalidValueError, match="batch_size is 0"):
        stored.mask_secrets(batch_size=0)
