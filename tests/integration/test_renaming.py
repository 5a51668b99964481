"""Pipelines and their types are renamed; what goes on to use the old name means the same one."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from tests.factories import at, record, unique
from watcher_core import (
    Address,
    AnomalyRuleConfiguration,
    AssetCheckRecord,
    AssetCheckStatus,
    InvalidValueError,
    NotFoundError,
    ObservationRecord,
    Pipeline,
    PipelineConfiguration,
    PipelineLineage,
    Watcher,
)
from watcher_dagster.recorder import record_tick


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def old() -> str:
    return unique("old")


@pytest.fixture
def renamed(watcher: Watcher, old: str) -> Pipeline:
    known = watcher.get_or_create_pipeline(
        old, pipeline_type_name="sales", freshness_number=2, freshness_datepart="day"
    )
    after = watcher.update_pipeline(old, name=f"new {old}")
    assert (after.id, after.name, after.freshness_number) == (known.id, f"new {old}", 2)
    return after


def track(watcher: Watcher, name: str) -> None:
    with watcher.track(name) as execution:
        execution.record(inserts=1)


def record_after_the_fact(watcher: Watcher, name: str) -> None:
    with watcher.recorder(unique("instance")) as session:
        assert session is not None
        session.record([record(name)], cursor={})


def observe(watcher: Watcher, name: str) -> None:
    with watcher.recorder(unique("instance")) as session:
        assert session is not None
        session.record_observations([ObservationRecord(pipeline_name=name, observed_at=at(0), data_version="1")])


def declare_lineage(watcher: Watcher, name: str) -> None:
    home = Address(f"{name}.home", "postgresql", "database")
    watcher.set_lineage(
        [
            PipelineLineage(
                pipeline_name=name, address=home, sources=(Address(f"{name}.in", "postgresql"),), targets=(home,)
            )
        ],
        origin="asset_graph",
    )
    assert [step.address.name for step in watcher.address_lineage(name, "upstream")] == [f"{name}.in"]


USES: dict[str, Callable[[Watcher, str], object]] = {
    "it is asked for": lambda watcher, name: watcher.pipeline(name),
    "it is created": lambda watcher, name: watcher.get_or_create_pipeline(name, timeliness_number=None),
    "it is changed": lambda watcher, name: watcher.update_pipeline(name, active=True),
    "it is rewound": lambda watcher, name: watcher.rewind_pipeline(name, watermark=1),
    "it is checked": lambda watcher, name: watcher.check_freshness(pipeline=name),
    "a job runs": track,
    "an execution is recorded": record_after_the_fact,
    "it is observed": observe,
    "a code location declares it": lambda watcher, name: watcher.configure_pipelines(
        [PipelineConfiguration(name=name, freshness_number=2, freshness_datepart="day")]
    ),
    "a code location declares a rule": lambda watcher, name: watcher.configure_anomaly_rules(
        [AnomalyRuleConfiguration(pipeline_name=name, metric_field="inserts")]
    ),
    "lineage is recorded": declare_lineage,
}


@pytest.mark.parametrize("use", USES)
def test_an_old_name_means_the_pipeline(watcher: Watcher, old: str, renamed: Pipeline, use: str) -> None:
    USES[use](watcher, old)
    assert [each.id for each in watcher.pipelines() if old in each.name] == [renamed.id]
    assert watcher.pipeline(old).name == renamed.name


def test_executions_under_both_names_are_of_one_pipeline(watcher: Watcher, old: str, renamed: Pipeline) -> None:
    for name in (old, renamed.name):
        track(watcher, name)
        record_after_the_fact(watcher, name)
    for name in (old, renamed.name):
        assert [each.pipeline_name for each in watcher.executions(pipeline=name)] == [renamed.name] * 4


def test_what_a_code_location_declares_under_the_old_name_is_not_gone(
    watcher: Watcher, old: str, renamed: Pipeline
) -> None:
    location = unique("location")
    for _ in range(2):
        watcher.configure_pipelines([PipelineConfiguration(name=old)], location=location)
    assert (watcher.pipeline(renamed.id).declared_by, watcher.pipeline(renamed.id).removed_at) == (location, None)


def test_an_asset_whose_pipeline_was_renamed(
    watcher: Watcher, module_dagster_instance: dg.DagsterInstance, old: str
) -> None:
    @dg.asset(name=old.replace("-", "_"))
    def asset() -> None: ...

    for _ in range(2):
        dg.materialize([asset], instance=module_dagster_instance)
        record_tick(module_dagster_instance, watcher)
        name = watcher.pipeline(asset.key.to_user_string()).name
        watcher.update_pipeline(name, name=f"shop/{asset.key.to_user_string()}")
    assert len(watcher.executions(pipeline=f"shop/{asset.key.to_user_string()}")) == 2


def test_a_pipeline_gets_its_old_name_back(watcher: Watcher, old: str, renamed: Pipeline) -> None:
    again = watcher.update_pipeline(renamed.name, name=old)
    assert (again.id, again.name) == (renamed.id, old)
    assert watcher.pipeline(renamed.name).id == renamed.id
    assert watcher.update_pipeline(old, name=old).name == old


@pytest.mark.parametrize("kind", ["pipeline", "pipeline type"])
def test_a_name_that_is_taken_is_refused(watcher: Watcher, kind: str) -> None:
    methods: dict[str, tuple[Any, Any]] = {
        "pipeline": (watcher.get_or_create_pipeline, watcher.update_pipeline),
        "pipeline type": (watcher.get_or_create_pipeline_type, watcher.update_pipeline_type),
    }
    create, update = methods[kind]
    first, second = (create(unique(name)) for name in ("first", "second"))
    with pytest.raises(InvalidValueError, match=f"'{second.name}'; {kind} {second.id} has that name.*rename"):
        update(first.id, name=second.name, freshness_number=None, freshness_datepart=None)
    update(second.id, name=f"{second.name} renamed")
    # A name that it had before is free for whoever is renamed to it.
    assert update(first.id, name=second.name).id == first.id
    assert create(second.name).id == first.id
    assert create(first.name).id == first.id
    with pytest.raises(InvalidValueError, match="name is ''"):
        update(first.id, name=" ")
    with pytest.raises(NotFoundError, match="nowhere"):
        update("nowhere", name="somewhere")


def test_an_old_name_means_the_type(watcher: Watcher) -> None:
    old = unique("type")
    kind = watcher.get_or_create_pipeline_type(old, freshness_number=1, freshness_datepart="day")
    first = watcher.get_or_create_pipeline(unique("pipeline"), pipeline_type_name=old)
    after = watcher.update_pipeline_type(old, name=f"new {old}")
    assert (after.id, after.name, after.freshness_number) == (kind.id, f"new {old}", 1)
    assert watcher.get_or_create_pipeline_type(old, freshness_number=3, freshness_datepart="day").id == kind.id
    second = watcher.get_or_create_pipeline(unique("pipeline"), pipeline_type_name=old)
    third = watcher.update_pipeline(second.name, pipeline_type_name=old)
    assert {watcher.pipeline(each.id).pipeline_type_name for each in (first, second, third)} == {f"new {old}"}
    assert [each.id for each in watcher.pipeline_types() if old in each.name] == [kind.id]
    for name in (old, f"new {old}"):
        found = watcher.pipeline_list(pipeline_type=name).pipelines
        assert {each.pipeline.id for each in found} == {first.id, second.id, third.id}


def check_of(name: str, run: str, status: AssetCheckStatus, minutes: float) -> AssetCheckRecord:
    return AssetCheckRecord(
        pipeline_name=name, check_name="sound", external_id=run, status=status, evaluated_at=at(minutes)
    )


def test_a_check_of_an_asset_whose_pipeline_was_renamed(watcher: Watcher, old: str) -> None:
    location, instance = unique("location"), unique("instance")
    with watcher.recorder(instance) as session:
        assert session is not None
        session.record([record(old)], asset_checks=[check_of(old, f"{old}/1", AssetCheckStatus.FAILED, 0)], cursor={})
        watcher.declare_asset_checks([(old, "sound")], location=location, instance_id=instance)
        pipeline = watcher.update_pipeline(old, name=f"new {old}")
        watcher.declare_asset_checks([(old, "sound")], location=location, instance_id=instance)
        watcher.check_asset_checks()
        [alert] = watcher.alerts(pipeline=pipeline.id)
        assert alert.resolved_at is None, "the check is in the code still"
        passed = [check_of(name, f"{old}/2", AssetCheckStatus.PASSED, 5) for name in (old, pipeline.name)]
        session.record([], asset_checks=passed, cursor=session.cursor)
    watcher.check_asset_checks()
    [alert] = watcher.alerts(pipeline=pipeline.id)
    assert alert.resolution is not None
    assert alert.resolution["how"] == "passed"
