"""Pipeline types: classes of pipelines, with default rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import unique
from watcher_core import DatePart, InvalidValueError, NotFoundError, Watcher

RULES: dict[str, Any] = {
    "freshness_number": 1,
    "freshness_datepart": "day",
    "mute_freshness_check": True,
    "timeliness_number": 2,
    "timeliness_datepart": "week",
    "mute_timeliness_check": True,
}


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


def rules(kind: Any) -> dict[str, Any]:
    return {field: getattr(kind, field) for field in RULES}


def test_a_new_type_with_and_without_rules(watcher: Watcher) -> None:
    plain = watcher.get_or_create_pipeline_type(unique("type"))
    ruled = watcher.get_or_create_pipeline_type(unique("type"), **RULES)
    assert (plain.created, ruled.created) == (True, True)
    assert rules(plain) == dict.fromkeys(RULES, None) | {"mute_freshness_check": False, "mute_timeliness_check": False}
    assert rules(ruled) == RULES
    assert isinstance(ruled.timeliness_datepart, DatePart)


def test_the_same_call_again_gives_the_same_row_untouched(watcher: Watcher) -> None:
    name = unique("type")
    first = watcher.get_or_create_pipeline_type(name, **RULES)
    again = watcher.get_or_create_pipeline_type(f" {name} ", **RULES)
    assert vars(again) == vars(first) | {"created": False}


def test_changed_rules_update_exactly_what_is_passed_and_none_takes_away(watcher: Watcher) -> None:
    name = unique("type")
    first = watcher.get_or_create_pipeline_type(name, **RULES)
    again = watcher.get_or_create_pipeline_type(name, timeliness_number=None, timeliness_datepart=None)
    assert rules(again) == RULES | {"timeliness_number": None, "timeliness_datepart": None}
    assert again.updated_at > first.updated_at
    assert rules(watcher.get_or_create_pipeline_type(name)) == rules(again)


def test_what_a_person_changed_stays_until_the_code_changes(watcher: Watcher) -> None:
    name = unique("type")
    watcher.get_or_create_pipeline_type(name, **RULES)
    watcher.update_pipeline_type(name, freshness_number=9)
    assert watcher.get_or_create_pipeline_type(name, **RULES).freshness_number == 9
    assert watcher.get_or_create_pipeline_type(name, **RULES | {"freshness_number": 3}).freshness_number == 3


def test_a_type_is_updated_by_id_and_by_name(watcher: Watcher) -> None:
    kind = watcher.get_or_create_pipeline_type(unique("type"))
    assert watcher.update_pipeline_type(kind.id, mute_freshness_check=True).mute_freshness_check
    assert not watcher.update_pipeline_type(kind.name, mute_freshness_check=False).mute_freshness_check


@pytest.mark.parametrize(
    "wrong",
    [
        {"freshness_number": 1},
        {"freshness_datepart": "day"},
        {"freshness_number": 0, "freshness_datepart": "day"},
        {"timeliness_number": 2**63, "timeliness_datepart": "day"},
        {"timeliness_number": 1, "timeliness_datepart": "eon"},
        {"mute_freshness_check": 1},
    ],
)
def test_rules_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    name = unique("type")
    with pytest.raises(InvalidValueError):
        watcher.get_or_create_pipeline_type(name, **wrong)
    known = watcher.get_or_create_pipeline_type(unique("type"))
    with pytest.raises(InvalidValueError):
        watcher.update_pipeline_type(known.id, **wrong)
    assert name not in {kind.name for kind in watcher.pipeline_types()}


def test_an_unknown_type_is_named(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no pipeline type named 'nobody'"):
        watcher.update_pipeline_type("nobody", mute_freshness_check=True)
    with pytest.raises(NotFoundError, match="no pipeline type with id 0"):
        watcher.update_pipeline_type(0, mute_freshness_check=True)


def test_types_are_listed_by_name(watcher: Watcher) -> None:
    names = [unique("listed-type") for _ in range(3)]
    for name in reversed(names):
        watcher.get_or_create_pipeline_type(name)
    listed = [kind.name for kind in watcher.pipeline_types()]
    assert [name for name in listed if name in names] == sorted(names)


def test_a_keyword_that_is_no_threshold_is_named(watcher: Watcher) -> None:
    name = unique("type")
    with pytest.raises(TypeError, match=r"get_or_create_pipeline_type\(\) .* 'freshness'"):
        watcher.get_or_create_pipeline_type(name, freshness=1)  # type: ignore[call-arg]  # mypy refuses it too
    with pytest.raises(TypeError, match=r"update_pipeline_type\(\) .* 'active'"):
        watcher.update_pipeline_type(name, active=True)  # type: ignore[call-arg]  # mypy refuses it too
    with pytest.raises(TypeError, match=r"get_or_create_pipeline\(\) .* 'watermark'"):
        watcher.get_or_create_pipeline(name, watermark=1)  # type: ignore[call-arg]  # mypy refuses it too
    with pytest.raises(TypeError, match=r"update_pipeline\(\) .* 'freshness'"):
        watcher.update_pipeline(name, freshness=None)  # type: ignore[call-arg]  # mypy refuses it too
    assert name not in {kind.name for kind in watcher.pipeline_types()}
