"""Columns of which a materialization says nothing are unknown, not gone."""

from typing import Any

import dagster as dg
import pytest

from tests.factories import unique
from watcher_core import Watcher
from watcher_dagster.lineage import LineageRecorder, NewestMaterializations

LINEAGE, SCHEMA = "dagster/column_lineage", "dagster/column_schema"

# What an event says: of which columns it says from what they come, and which columns there are.
TOTAL = {"total": ["price"]}
BOTH = {"total": ["price"], "day": ["date"]}


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def name() -> str:
    return unique("sums").replace("-", "_")


def event(
    name: str, lineage: dict[str, list[str]] | None = None, *, schema: str = "", reads: str | None = None
) -> dg.AssetMaterialization:
    metadata: dict[str, Any] = {}
    if lineage is not None:
        metadata[LINEAGE] = dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(dg.AssetKey(f"{name}_in"), source) for source in sources]
                for column, sources in lineage.items()
            }
        )
    if schema:
        metadata[SCHEMA] = dg.TableSchema(columns=[dg.TableColumn(column) for column in schema.split()])
    tags = {f"dagster/input_event_pointer/{reads}": "1"} if reads else {}
    return dg.AssetMaterialization(name, metadata=metadata, tags=tags)


def sources(watcher: Watcher, name: str, column: str) -> list[str]:
    return [step.column for step in watcher.column_lineage(name, column, "upstream")]


@pytest.mark.parametrize("is_each_recorded", [True, False], ids=["a tick each", "one tick"])
@pytest.mark.parametrize(
    ("later", "total", "day"),
    [
        ({"lineage": None}, ["price"], ["date"]),
        ({"lineage": {}}, ["price"], ["date"]),
        ({"lineage": TOTAL}, ["price"], ["date"]),
        ({"lineage": {"total": ["amount"]}}, ["amount"], ["date"]),
        ({"lineage": {"day": []}}, ["price"], []),
        ({"lineage": TOTAL, "schema": "total day"}, ["price"], ["date"]),
        ({"lineage": TOTAL, "schema": "TOTAL DAY"}, ["price"], ["date"]),
        ({"lineage": TOTAL, "schema": "total"}, ["price"], []),
        ({"lineage": None, "schema": "day"}, [], ["date"]),
    ],
)
def test_what_is_not_reported_stays_until_an_event_says_otherwise(
    watcher: Watcher,
    name: str,
    later: dict[str, Any],
    total: list[str],
    day: list[str],
    is_each_recorded: bool,
) -> None:
    recorder = LineageRecorder(watcher)
    events = [(1.0, event(name, BOTH)), (2.0, event(name, **later))]
    if is_each_recorded:
        for each in events:
            recorder.record_materializations([each])
    else:
        recorder.record_materializations(events)
    assert (sources(watcher, name, "total"), sources(watcher, name, "day")) == (total, day)


def test_what_unreported_columns_are_computed_from_is_read(watcher: Watcher, name: str) -> None:
    recorder = LineageRecorder(watcher)
    recorder.record_materializations([(1.0, event(name, BOTH))])
    recorder.record_materializations([(2.0, event(name, reads=f"{name}_more"))])
    upstream = {step.address.name for step in watcher.address_lineage(name, "upstream")}
    assert upstream == {f"{name}_in", f"{name}_more"}
    recorder.record_materializations([(3.0, event(name, {"total": [], "day": []}))])
    assert watcher.address_lineage(name, "upstream") == []


def test_the_newest_event_of_each_column_is_kept_of_what_was_read(
    watcher: Watcher, name: str, module_dagster_instance: dg.DagsterInstance
) -> None:
    newest = NewestMaterializations()
    for lineage in (BOTH, {"total": ["amount"]}, None):
        module_dagster_instance.report_runless_asset_event(event(name, lineage))
    for record in module_dagster_instance.fetch_materializations(dg.AssetKey(name), limit=9).records:
        newest.add(record.event_log_entry)
    LineageRecorder(watcher).record_materializations(newest.take())
    assert (sources(watcher, name, "total"), sources(watcher, name, "day")) == (["amount"], ["date"])
    assert newest.take() == []
