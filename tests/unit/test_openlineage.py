"""Events of OpenLineage: what is read, what is refused, and that merging does not depend on order."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import at
from tests.openlineage_events import dataset, places, replaced, run_event, run_id, sample
from watcher_core import ExecutionState, InvalidValueError, values
from watcher_core.openlineage import assertions, datasets, facts, naming
from watcher_core.openlineage.reading import EventType, read_event

EVENT = run_event("r", "COMPLETE", inputs=(dataset("a.b.c"),), outputs=(dataset("a.b.d", rows=3),))


def changed(**fields: Any) -> dict[str, Any]:
    return {**EVENT, **fields}


# Reading


@pytest.mark.parametrize("kind", [" complete ", "Complete", "COMPLETE"])
def test_the_type_is_read_in_any_case_of_letters(kind: str) -> None:
    assert read_event(changed(eventType=kind)).type is EventType.COMPLETE


def test_an_event_without_a_type_has_more_to_say() -> None:
    assert read_event(run_event("r", None)).type is EventType.OTHER


@pytest.mark.parametrize(
    ("time", "is_at"),
    [
        ("2026-03-01T12:00:00Z", at(0)),
        ("2026-03-01t12:00:00z", at(0)),
        ("2026-03-01T13:00:00.000+01:00", at(0)),
        ("2026-03-01T12:00:00", at(0)),
        ("2026-03-01T12:00:00.0000001Z", at(0)),
        ("2026-03-01T12:01Z", at(1)),
    ],
)
def test_times_are_those_of_iso_8601_and_in_utc_where_they_do_not_say(time: str, is_at: Any) -> None:
    assert read_event(changed(eventTime=time)).at == is_at


@pytest.mark.parametrize(
    "spelled", [str.upper, "urn:uuid:{}".format, "{{{}}}".format, lambda found: found.replace("-", "")]
)
def test_a_run_has_one_id_however_its_client_spells_it(spelled: Callable[[str], str]) -> None:
    assert read_event(changed(run={"runId": spelled(run_id("r"))})).run_id == run_id("r")


LONG = "x" * 3000


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ([], r"the event is \[\]; it must be an object"),
        (None, "the event is None"),
        ({}, "eventTime is None; it must be a time in ISO 8601"),
        (changed(eventTime="yesterday"), "eventTime is 'yesterday'"),
        (changed(eventTime="2026-03-01"), "eventTime is '2026-03-01'; it must be a time"),
        (changed(eventTime=1), "eventTime is 1"),
        (changed(eventTime="0001-01-01T00:00:00+14:00"), "in UTC it must be in the years 1 to 9999"),
        (changed(eventType="DONE"), "eventType is 'DONE'; it may be START, RUNNING, COMPLETE, ABORT, FAIL, OTHER"),
        (changed(eventType=7), "eventType is 7"),
        (changed(run={}), "run.runId is None; it must be a UUID"),
        (changed(run={"runId": "run-1"}), "run.runId is 'run-1'; it must be a UUID"),
        (changed(run=[]), r"run is \[\]; it must be an object"),
        (changed(run={"runId": run_id("r"), "facets": []}), r"run.facets is \[\]"),
        (changed(job=None), "job is None; it must be an object"),
        (changed(job={"namespace": "shop"}), "job.name is None; it must be text"),
        (changed(job={"namespace": "shop", "name": " "}), "job.name is ''"),
        (changed(job={"namespace": LONG, "name": "j"}), "a name has 1 to 2,048 bytes"),
        (changed(job={"namespace": "a\0b", "name": "j"}), "NUL"),
        (changed(job={"namespace": "\ud800", "name": "j"}), "valid Unicode"),
        (changed(inputs={}), r"inputs is {}; it must be a list"),
        (changed(inputs=[None]), r"inputs\[0\] is None; it must be an object"),
        (changed(outputs=[{"name": "t"}]), r"outputs\[0\].namespace is None; it must be text"),
        (changed(outputs=[dataset("t"), dataset(LONG)]), r"outputs\[1\].name is .* 1 to 2,048 bytes"),
        (changed(outputs=[dataset("x" * 2040)]), r"outputs\[0\] is .* 1 to 2,048 bytes"),
        (changed(inputs=[{}] * 10_001), "inputs is 10,001 datasets; it must be a list of at most 10,000"),
        ({"eventTime": EVENT["eventTime"]}, "it must have a run and a job, a job, or a dataset"),
        ({"eventTime": EVENT["eventTime"], "dataset": {}}, "dataset.namespace is None"),
    ],
)
def test_what_is_no_event_is_refused_with_the_value_and_the_rule(event: object, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        read_event(event)


@pytest.mark.parametrize(
    ("facet", "content"),
    [
        ("parent", {}),
        ("parent", {"run": {"runId": "other"}}),
        ("parent", "x"),
        ("nominalTime", {"nominalStartTime": "noon"}),
        ("nominalTime", {}),
        ("errorMessage", {"message": 1}),
        ("errorMessage", []),
    ],
)
def test_a_facet_that_cannot_be_used_is_named_and_the_run_counts(facet: str, content: object) -> None:
    event = run_event("r", "FAIL")
    event["run"]["facets"][facet] = content
    said = facts.facts_of(read_event(event))
    record = facts.record_of(run_id("r"), said)
    assert record is not None
    assert record.state is ExecutionState.FAILED
    assert list(record.execution_metadata["refused"]) == [f"run.facets.{facet}"]


@pytest.mark.parametrize("rows", [-1, "many", 1.5, 2**63, True, [1]])
def test_statistics_that_are_no_numbers_of_rows_are_named_and_the_run_counts(rows: object) -> None:
    said = facts.facts_of(read_event(run_event("r", "COMPLETE", outputs=(dataset("a.b.c", rows=rows),))))
    record = facts.record_of(run_id("r"), said)
    assert record is not None
    assert record.inserts is None
    assert "rowCount is" in record.execution_metadata["refused"]["outputStatistics of a.b.c"]


def test_counts_that_are_more_than_can_be_stored_are_unknown() -> None:
    most = tuple(dataset(name, rows=2**63 - 1) for name in ("a", "b"))
    record = facts.record_of(run_id("r"), facts.facts_of(read_event(run_event("r", "COMPLETE", outputs=most))))
    assert record is not None
    assert record.inserts is None


@pytest.mark.parametrize(
    "content", ["x", [], {"fields": 1}, {"fields": {"a": 1}}, {"dataset": {}}, {"fields": {"a": {"inputFields": [{}]}}}]
)
def test_lineage_of_columns_that_cannot_be_used_is_named_and_the_datasets_count(content: object) -> None:
    event = read_event(run_event("r", outputs=(dataset("a.b.c", columnLineage=content),)))
    named, refused = datasets.datasets_of(event)
    assert (named["outputs"], named["columns"]) == ([["postgres://db:5432", "a.b.c"]], [])
    assert list(refused) == ["columnLineage of a.b.c"]


def test_secrets_are_masked_before_anything_is_kept() -> None:
    event = read_event(
        run_event(
            "r",
            "FAIL",
            inputs=(dataset("a.b.c", namespace="postgres://me:hunter2@db:5432"),),
            errorMessage={"message": "cannot reach postgres://me:hunter2@db:5432", "stackTrace": "password=hunter2"},
        )
    )
    assert "hunter2" not in json.dumps([facts.facts_of(event), datasets.datasets_of(event)])


# Names


@pytest.mark.parametrize(
    ("namespace", "name", "address", "type_name", "group"),
    [
        ("postgres://db:5432", "shop.public.orders", "postgres://db:5432/shop.public.orders", "postgresql", "database"),
        ("bigquery", "project.set.table", "bigquery/project.set.table", "bigquery", "warehouse"),
        ("snowflake://org-account", "DB.PUBLIC.T", "snowflake://org-account/DB.PUBLIC.T", "snowflake", "warehouse"),
        ("s3://lake", "raw/orders", "s3://lake/raw/orders", "s3", "bucket"),
        ("s3://lake", "/raw/orders", "s3://lake/raw/orders", "s3", "bucket"),
        ("s3://lake/", "raw/orders", "s3://lake/raw/orders", "s3", "bucket"),
        ("s3://lake/", "/raw/orders", "s3://lake/raw/orders", "s3", "bucket"),
        ("s3a://lake/", "raw", "s3a://lake/raw", "s3", "bucket"),
        ("gs://lake", "/", "gs://lake/", "gcs", "bucket"),
        (
            "abfss://box@account.dfs.core.windows.net",
            "a/b",
            "abfss://box@account.dfs.core.windows.net/a/b",
            "adls",
            "bucket",
        ),
        ("hdfs://names:8020", "/data/x", "hdfs://names:8020/data/x", "hdfs", "bucket"),
        ("file", "/tmp/x.csv", "file:///tmp/x.csv", "file", "file"),
        ("file://host", "/tmp/x.csv", "file://host/tmp/x.csv", "file", "file"),
        ("kafka://broker:9092", "orders", "kafka://broker:9092/orders", "kafka", "stream"),
        ("arn:aws:glue:eu-west-1:1234", "table/db/t", "arn:aws:glue:eu-west-1:1234/table/db/t", "glue", "warehouse"),
        ("nosuch://x", "y", "nosuch://x/y", "nosuch", "other"),
        ("my-source", "orders", "my-source/orders", "dataset", "other"),
    ],
)
def test_a_dataset_is_an_address(namespace: str, name: str, address: str, type_name: str, group: str) -> None:
    found = naming.address_of(namespace, name)
    assert (found.name, found.address_type_name, found.address_type_group_name) == (address, type_name, group)
    assert naming.dataset_of(found) == (namespace, name)


@pytest.mark.parametrize(
    ("name", "type_name", "group", "expected"),
    [
        (
            "postgresql://me:secret@db/shop/public/orders",
            "postgresql",
            "database",
            ("postgres://db:5432", "shop.public.orders"),
        ),
        (
            "postgres://db:6432/shop.public.orders",
            "postgresql",
            "database",
            ("postgres://db:6432", "shop.public.orders"),
        ),
        ("mysql://db/shop/orders", "mysql", "database", ("mysql://db:3306", "shop.orders")),
        ("mssql://db/shop/dbo/orders", "sqlserver", "database", ("mssql://db:1433", "shop.dbo.orders")),
        ("snowflake://org-account/DB/PUBLIC/T", "snowflake", "warehouse", ("snowflake://org-account", "DB.PUBLIC.T")),
        (
            *("postgresql+psycopg2://ann@db/shop/public/orders", "postgresql", "database"),
            ("postgres://db:5432", "shop.public.orders"),
        ),
        ("jdbc:mysql://db/shop/orders", "mysql", "database", ("mysql://db:3306", "shop.orders")),
        ("git+ssh://host/repository", "git+ssh", "other", ("git+ssh://host", "repository")),
        ("trino://t:8080/hive/shop/orders", "trino", "warehouse", ("trino://t:8080", "hive.shop.orders")),
        ("bigquery://project/set/table", "bigquery", "warehouse", ("bigquery", "project.set.table")),
        ("project.set.table", "bigquery", "warehouse", ("bigquery", "project.set.table")),
        ("s3a://lake/raw/orders", "s3", "bucket", ("s3://lake", "raw/orders")),
        ("gs://lake/raw", "gcs", "bucket", ("gs://lake", "raw")),
        ("abfss://box@a.dfs.core.windows.net/a/b", "adls", "bucket", ("abfss://box@a.dfs.core.windows.net", "a/b")),
        ("kafka://broker:9092/orders", "kafka", "stream", ("kafka://broker:9092", "orders")),
        ("pubsub://project/topics/orders", "pubsub", "stream", ("pubsub", "topic:project:orders")),
        ("/data/orders.csv", "csv", "file", ("file", "/data/orders.csv")),
        ("shop.public.orders", "postgresql", "database", ("jobs", "shop.public.orders")),
        ("orders", "dataset", "other", ("jobs", "orders")),
    ],
)
def test_an_address_is_named_as_the_specification_names_it(
    name: str, type_name: str, group: str, expected: tuple[str, str]
) -> None:
    assert naming.dataset_of(values.Address(name, type_name, group), "jobs") == expected


def test_the_parts_of_a_table_are_known() -> None:
    found = naming.address_of("mysql://db:3306", "shop.orders")
    assert (found.database_name, found.schema_name, found.table_name) == (None, "shop", "orders")
    found = naming.address_of("trino://t:8080", "hive.shop.orders")
    assert (found.database_name, found.schema_name, found.table_name) == ("hive", "shop", "orders")


# Merging


def all_facts(events: list[dict[str, Any]]) -> list[facts.Facts]:
    return [facts.facts_of(read_event(event)) for event in events]


EVENTS = [
    run_event("r", "START", 0, outputs=(dataset("a", rows=1),)),
    run_event("r", "RUNNING", 1, outputs=(dataset("a", rows=2), dataset("b", rows=5)), parent="p"),
    run_event("r", "RUNNING", 1, outputs=(dataset("a", rows=3),), parent="q"),
    run_event("r", "COMPLETE", 2, nominalTime={"nominalStartTime": "2026-03-01T00:00:00Z"}),
    run_event("r", "FAIL", 2, errorMessage={"message": "no"}, parent="z"),
    run_event("r", "OTHER", 3, errorMessage={"message": 5}),
]


def test_facts_do_not_depend_on_the_order_nor_on_how_often_events_come() -> None:
    parts = all_facts(EVENTS)
    seen = set()
    for order in itertools.permutations(range(len(parts))):
        known: facts.Facts = {}
        for place in (*order, order[0], order[-1]):
            known = json.loads(json.dumps(facts.merged(known, parts[place])))
        seen.add(json.dumps(known, sort_keys=True))
    assert len(seen) == 1
    record = facts.record_of(run_id("r"), json.loads(seen.pop()))
    assert record is not None
    assert (record.state, record.start_date, record.end_date) == (ExecutionState.FAILED, at(0), at(2))
    assert record.inserts == 3 + 5


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER"]),
            st.integers(0, 3),
            st.none() | st.integers(0, 3),
        ),
        min_size=1,
        max_size=6,
    ).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said)))
)
def test_merging_is_the_same_in_any_order(case: Any) -> None:
    def merge(said: list[tuple[str, int, int | None]]) -> facts.Facts:
        known: facts.Facts = {}
        for kind, minutes, rows in said:
            outputs = () if rows is None else (dataset("a", rows=rows),)
            known = facts.merged(known, facts.facts_of(read_event(run_event("r", kind, minutes, outputs=outputs))))
        return known

    said, shuffled = case
    assert merge(said) == merge(shuffled) == merge([*said, *shuffled])


def test_datasets_do_not_depend_on_the_order() -> None:
    events = [
        run_event("r", inputs=(dataset("a"),)),
        run_event("r", minutes=1, outputs=(dataset("b", columns={"x": ["a.x"]}),)),
        run_event("r", minutes=2, outputs=(dataset("b", columns={"x": ["c.x"], "y": ["a.y"]}), dataset("d"))),
    ]
    parts = [datasets.datasets_of(read_event(event))[0] for event in events]
    seen = set()
    for one, *others in itertools.permutations(parts):
        known = one
        for other in (*others, one):
            known = json.loads(json.dumps(datasets.merged(known, other)))
        seen.add(json.dumps(known, sort_keys=True))
    assert len(seen) == 1
    lineage = datasets.lineage_of("shop/load", json.loads(seen.pop()))
    assert lineage is not None
    assert [address.name.rpartition("/")[2] for address in lineage.sources] == ["a", "c"]
    assert lineage.columns is not None
    assert {(edge.source_column, edge.target_column) for edge in lineage.columns} == {("x", "x"), ("y", "y")}


@pytest.mark.parametrize("name", ["dbt_build", "airflow_dag", "spark_job"])
def test_samples_of_producers_are_read(name: str) -> None:
    assert all(read_event(event).pipeline_name for event in sample(name))


# Hostile input

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


SAMPLES = [event for name in ("dbt_build", "airflow_dag", "spark_job") for event in sample(name)]


@given(
    st.sampled_from(SAMPLES).flatmap(lambda event: st.tuples(st.just(event), st.sampled_from(places(event)))), ANYTHING
)
def test_whatever_stands_anywhere_in_an_event_is_read_or_refused(case: Any, other: Any) -> None:
    event, path = case
    try:
        read = read_event(replaced(event, path, other))
    except InvalidValueError:
        return
    results = assertions.results_of(read)
    named, _ = datasets.datasets_of(read)
    json.dumps([named, [result.result_metadata for result in results]])
    datasets.lineage_of("p", named)
    if read.run_id is not None:
        facts.record_of(read.run_id, json.loads(json.dumps(facts.merged({}, facts.facts_of(read)))))
