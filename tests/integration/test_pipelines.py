"""Pipelines: get-or-create, configuration from code, changes by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories import unique
from watcher_core import UNSET, DatePart, InvalidValueError, NotFoundError, Pipeline, PipelineConfiguration, Watcher

CONFIGURATION: dict[str, Any] = {
    "pipeline_type_name": "api-integration",
    "pipeline_metadata": {"endpoint": "/prices", "pages": [1, 2]},
    "freshness_number": 2,
    "freshness_datepart": "hour",
    "mute_freshness_check": True,
    "timeliness_number": 15,
    "timeliness_datepart": DatePart.MINUTE,
    "mute_timeliness_check": True,
}


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


def declared(pipeline: Pipeline) -> dict[str, Any]:
    return {field: getattr(pipeline, field) for field in CONFIGURATION}


# Get or create


def test_a_new_pipeline_of_which_only_the_name_is_known(watcher: Watcher) -> None:
    name = unique("pipeline")
    before = dt.datetime.now(dt.UTC)
    pipeline = watcher.get_or_create_pipeline(name)
    assert pipeline.created
    assert pipeline.name == name
    assert pipeline.pipeline_type_name == "default"
    assert (pipeline.active, pipeline.load_lineage) == (True, True)
    assert (pipeline.watermark, pipeline.next_watermark) == (None, None)
    assert pipeline.pipeline_metadata == {}
    assert (pipeline.freshness_number, pipeline.freshness_datepart, pipeline.mute_freshness_check) == (
        None,
        None,
        False,
    )
    assert (pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete) == (None,) * 3
    assert pipeline.configuration_hash is None
    assert before <= pipeline.created_at == pipeline.updated_at <= dt.datetime.now(dt.UTC)
    assert pipeline.created_at.utcoffset() == dt.timedelta(0)


def test_a_new_pipeline_with_all_that_can_be_declared(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(
        unique("pipeline"), next_watermark=150, load_lineage=False, **CONFIGURATION
    )
    assert declared(pipeline) == CONFIGURATION
    assert isinstance(pipeline.freshness_datepart, DatePart)
    assert (pipeline.watermark, pipeline.next_watermark) == (None, "150")
    assert pipeline.load_lineage is False


def test_the_same_call_again_gives_the_same_row_untouched(watcher: Watcher) -> None:
    name = unique("pipeline")
    first = watcher.get_or_create_pipeline(name, **CONFIGURATION)
    again = watcher.get_or_create_pipeline(name, **CONFIGURATION)
    assert (first.created, again.created) == (True, False)
    assert vars(again) == vars(first) | {"created": False}


def test_names_are_kept_as_given_and_case_matters(watcher: Watcher) -> None:
    """The reference lower-cases: `s3://b/Key` and `s3://b/key` become one."""
    upper = watcher.get_or_create_pipeline("s3://b/Key")
    lower = watcher.get_or_create_pipeline("s3://b/key")
    assert (upper.name, lower.name) == ("s3://b/Key", "s3://b/key")
    assert upper.id != lower.id


def test_blanks_around_a_name_go(watcher: Watcher) -> None:
    name = unique("pipeline")
    pipeline = watcher.get_or_create_pipeline(f"  {name}\n")
    assert pipeline.name == name
    assert watcher.pipeline(f" {name} ").id == pipeline.id


@pytest.mark.parametrize(
    "name", ["a/b", "location/job", "a 'quoted' \"name\"", "%s :name {x}", "ünï 🙂", "x" * 2048, "--"]
)
def test_odd_names(watcher: Watcher, name: str) -> None:
    assert watcher.get_or_create_pipeline(name).name == name
    assert watcher.pipeline(name).name == name


def test_changed_configuration_updates_exactly_what_is_passed(watcher: Watcher) -> None:
    name = unique("pipeline")
    first = watcher.get_or_create_pipeline(name, **CONFIGURATION)
    again = watcher.get_or_create_pipeline(name, freshness_number=3, freshness_datepart="day")
    assert declared(again) == CONFIGURATION | {"freshness_number": 3, "freshness_datepart": "day"}
    assert again.updated_at > first.updated_at
    assert again.created_at == first.created_at
    assert not again.created


def test_none_takes_away_and_not_passing_leaves(watcher: Watcher) -> None:
    """The reference keeps an unset configuration's old value for ever."""
    name = unique("pipeline")
    watcher.get_or_create_pipeline(name, **CONFIGURATION)
    changed = watcher.get_or_create_pipeline(
        name, freshness_number=None, freshness_datepart=None, mute_freshness_check=None, pipeline_metadata=None
    )
    assert declared(changed) == CONFIGURATION | {
        "freshness_number": None,
        "freshness_datepart": None,
        "mute_freshness_check": False,
        "pipeline_metadata": {},
    }
    assert declared(watcher.get_or_create_pipeline(name)) == declared(changed)


def test_get_or_create_never_touches_what_executions_and_people_decide(watcher: Watcher) -> None:
    name = unique("pipeline")
    with watcher.track(name, next_watermark=100) as execution:
        execution.record(inserts=1, updates=1, soft_deletes=1)
    before = watcher.update_pipeline(name, active=False)
    after = watcher.get_or_create_pipeline(name, next_watermark=200, **CONFIGURATION)
    kept = (
        "active",
        "watermark",
        "last_target_insert",
        "last_target_update",
        "last_target_soft_delete",
        "load_lineage",
    )
    assert {field: getattr(after, field) for field in kept} == {field: getattr(before, field) for field in kept}
    assert (after.active, after.watermark, after.next_watermark) == (False, "100", "200")


def test_what_a_person_changed_stays_until_the_code_changes(watcher: Watcher) -> None:
    name = unique("pipeline")
    watcher.get_or_create_pipeline(name, freshness_number=2, freshness_datepart="hour")
    watcher.update_pipeline(name, freshness_number=9)
    assert watcher.get_or_create_pipeline(name, freshness_number=2, freshness_datepart="hour").freshness_number == 9
    assert watcher.get_or_create_pipeline(name, freshness_number=3, freshness_datepart="hour").freshness_number == 3


def test_the_order_of_metadata_keys_is_no_change(watcher: Watcher) -> None:
    name = unique("pipeline")
    first = watcher.get_or_create_pipeline(name, pipeline_metadata={"a": {"x": 1, "y": 2}, "b": 3})
    again = watcher.get_or_create_pipeline(name, pipeline_metadata={"b": 3, "a": {"y": 2, "x": 1}})
    assert again.configuration_hash == first.configuration_hash
    assert again.updated_at == first.updated_at


def test_the_next_watermark_can_be_declared_changed_and_taken_away(watcher: Watcher) -> None:
    name = unique("pipeline")
    watcher.get_or_create_pipeline(name)
    assert watcher.get_or_create_pipeline(name, next_watermark=7).next_watermark == "7"
    assert watcher.get_or_create_pipeline(name).next_watermark == "7"
    assert watcher.get_or_create_pipeline(name, next_watermark=None).next_watermark is None


def test_lineage_is_loaded_until_an_execution_succeeded_and_again_when_asked(watcher: Watcher) -> None:
    name = unique("pipeline")
    with pytest.raises(ZeroDivisionError), watcher.track(name):
        1 / 0  # noqa: B018 (it only has to fail)
    assert watcher.pipeline(name).load_lineage
    with watcher.track(name):
        pass
    assert not watcher.pipeline(name).load_lineage
    assert watcher.get_or_create_pipeline(name, load_lineage=True).load_lineage


def test_a_new_type_is_made_and_a_known_one_taken(watcher: Watcher) -> None:
    kind = watcher.get_or_create_pipeline_type(unique("type"), freshness_number=1, freshness_datepart="day")
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"), pipeline_type_name=kind.name)
    assert (pipeline.pipeline_type_id, pipeline.pipeline_type_name) == (kind.id, kind.name)
    moved = watcher.get_or_create_pipeline(pipeline.name, pipeline_type_name=unique("type"))
    assert moved.pipeline_type_id != kind.id


def test_a_pipeline_keeps_its_type_where_none_is_passed(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"), pipeline_type_name=unique("type"))
    again = watcher.get_or_create_pipeline(pipeline.name, freshness_number=1, freshness_datepart="day")
    assert again.pipeline_type_name == pipeline.pipeline_type_name


# What is refused


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"freshness_number": 2}, "freshness_number is a positive number and comes with a freshness_datepart"),
        ({"timeliness_datepart": "day"}, "timeliness_number is a positive number and comes with a timeliness_datepart"),
        ({"freshness_number": 2, "freshness_datepart": None}, "freshness_number is 2 and freshness_datepart is None"),
        ({"freshness_number": 0, "freshness_datepart": "day"}, "freshness_number is 0; it must be at least 1"),
        ({"freshness_number": -1, "freshness_datepart": "day"}, "freshness_number is -1"),
        ({"freshness_number": 1.5, "freshness_datepart": "day"}, "freshness_number is 1.5"),
        ({"freshness_number": 1, "freshness_datepart": "fortnight"}, "may be minute, hour, day, week, month, year"),
        ({"mute_freshness_check": "yes"}, "mute_freshness_check is 'yes'"),
        ({"pipeline_type_name": ""}, "pipeline_type_name is ''"),
        ({"pipeline_type_name": None}, "pipeline_type_name is None"),
        ({"pipeline_metadata": "text"}, "pipeline_metadata is 'text'; it must be a dictionary"),
        ({"next_watermark": ["a"]}, "next_watermark is"),
        ({"load_lineage": 1}, "load_lineage is 1"),
    ],
)
def test_a_configuration_that_breaks_a_rule_names_it_and_writes_nothing(
    watcher: Watcher, configuration: dict[str, Any], message: str
) -> None:
    name = unique("pipeline")
    with pytest.raises(InvalidValueError) as raised:
        watcher.get_or_create_pipeline(name, **configuration)
    assert message in str(raised.value)
    with pytest.raises(NotFoundError):
        watcher.pipeline(name)


@pytest.mark.parametrize("name", ["", "  ", "x" * 2049, "a\x00b", "\ud800", None, 5])
def test_names_that_are_refused(watcher: Watcher, name: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"^name is"):
        watcher.get_or_create_pipeline(name)


# Reading


def test_a_pipeline_is_found_by_id_and_by_name(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"))
    assert watcher.pipeline(pipeline.id) == watcher.pipeline(pipeline.name)


@pytest.mark.parametrize("reference", ["nobody", 0, -1, 2**63 - 1, "", "nobody's", "%"])
def test_an_unknown_pipeline_is_named(watcher: Watcher, reference: int | str) -> None:
    with pytest.raises(NotFoundError) as raised:
        watcher.pipeline(reference)
    assert (raised.value.kind, raised.value.reference) == ("pipeline", reference)
    assert repr(reference) in str(raised.value)


@pytest.mark.parametrize("reference", [None, 7.5, True, 2**70, b"a", "a\x00b", "\ud800"])
def test_what_is_neither_an_id_nor_a_name_is_refused(watcher: Watcher, reference: Any) -> None:
    with pytest.raises(InvalidValueError):
        watcher.pipeline(reference)


def test_pipelines_are_listed_by_name(watcher: Watcher) -> None:
    names = [unique("listed-pipeline") for _ in range(3)]
    for name in reversed(names):
        watcher.get_or_create_pipeline(name)
    listed = [pipeline.name for pipeline in watcher.pipelines()]
    assert [name for name in listed if name in names] == sorted(names)


# Changes by hand


def test_only_what_is_passed_changes(watcher: Watcher) -> None:
    name = unique("pipeline")
    before = watcher.get_or_create_pipeline(name, next_watermark=1, **CONFIGURATION)
    after = watcher.update_pipeline(name, active=False, next_watermark=2, mute_freshness_check=False)
    changed = {field for field in vars(before) if getattr(before, field) != getattr(after, field)}
    assert changed == {"active", "next_watermark", "mute_freshness_check", "updated_at", "created"}


def test_everything_can_be_changed_by_hand(watcher: Watcher) -> None:
    name = watcher.get_or_create_pipeline(unique("pipeline")).name
    after = watcher.update_pipeline(name, load_lineage=False, active=False, next_watermark="x", **CONFIGURATION)
    assert declared(after) == CONFIGURATION
    assert (after.active, after.load_lineage, after.next_watermark) == (False, False, "x")


@pytest.mark.parametrize(
    "changes", [{"active": None}, {"active": "no"}, {"freshness_number": 3}, {"load_lineage": None}]
)
def test_a_change_that_breaks_a_rule_changes_nothing(watcher: Watcher, changes: dict[str, Any]) -> None:
    before = watcher.get_or_create_pipeline(unique("pipeline"))
    with pytest.raises(InvalidValueError):
        watcher.update_pipeline(before.id, **changes)
    assert vars(watcher.pipeline(before.id)) == vars(before) | {"created": False}


def test_a_change_of_an_unknown_pipeline_names_it(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no pipeline named 'nobody'"):
        watcher.update_pipeline("nobody", active=False)


# Many at once


def test_configuring_many_tells_how_many_were_new_or_changed(watcher: Watcher) -> None:
    names = [unique("configured") for _ in range(3)]
    configurations = [PipelineConfiguration(name=name, **CONFIGURATION) for name in names]
    assert watcher.configure_pipelines(configurations) == 3
    assert watcher.configure_pipelines(configurations) == 0
    configurations[1] = PipelineConfiguration(name=names[1], freshness_number=1, freshness_datepart="week")
    assert watcher.configure_pipelines(reversed(configurations)) == 1
    assert declared(watcher.pipeline(names[0])) == CONFIGURATION
    assert declared(watcher.pipeline(names[1])) == CONFIGURATION | {"freshness_number": 1, "freshness_datepart": "week"}


def test_configuring_means_the_same_as_get_or_create(watcher: Watcher) -> None:
    name = unique("configured")
    first = watcher.get_or_create_pipeline(name, **CONFIGURATION)
    assert watcher.configure_pipelines([PipelineConfiguration(name=f" {name} ", **CONFIGURATION)]) == 0
    assert watcher.pipeline(name).updated_at == first.updated_at


def test_a_pipeline_of_which_only_the_name_is_declared_is_made(watcher: Watcher) -> None:
    name = unique("configured")
    assert watcher.configure_pipelines([PipelineConfiguration(name=name)]) == 1
    assert watcher.configure_pipelines([PipelineConfiguration(name=name)]) == 0
    assert watcher.pipeline(name).pipeline_type_name == "default"


def test_nothing_to_configure(watcher: Watcher) -> None:
    assert watcher.configure_pipelines([]) == 0


def test_one_wrong_configuration_writes_none(watcher: Watcher) -> None:
    good, bad = unique("configured"), unique("configured")
    with pytest.raises(InvalidValueError):
        watcher.configure_pipelines(
            [
                PipelineConfiguration(name=good),
                PipelineConfiguration(name=bad, freshness_number=1, freshness_datepart=UNSET),
            ]
        )
    assert not {good, bad} & {pipeline.name for pipeline in watcher.pipelines()}


def test_more_pipelines_than_a_statement_has_parameters(watcher: Watcher) -> None:
    """The reference fails at 32,767 values. Looking at 70,000 known names is one array."""
    name = unique("configured")
    watcher.get_or_create_pipeline(name)
    same = [PipelineConfiguration(name=name)] * 70_000
    assert watcher.configure_pipelines(same) == 1


def test_the_list_says_of_each_what_is_said_of_it_alone(module_watcher: Watcher) -> None:
    name = unique("pipeline")
    pipeline = module_watcher.get_or_create_pipeline(
        name, freshness_number=2, freshness_datepart="hour", alert_level="error", pipeline_metadata={"a": [1]}
    )
    listed = {each.id: each for each in module_watcher.pipelines()}[pipeline.id]
    alone = module_watcher.pipeline(name)
    assert repr(listed) == repr(alone)
    assert list(vars(listed)) == list(vars(alone))
