"""Addresses, where data lives, and their types."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import unique
from watcher_core import InvalidValueError, NotFoundError, Watcher


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


# Types


def test_a_new_type_needs_its_group(watcher: Watcher) -> None:
    name = unique("type")
    with pytest.raises(InvalidValueError, match=f"address type '{name}' is not known yet; pass its group too"):
        watcher.get_or_create_address_type(name)
    kind = watcher.get_or_create_address_type(name, group_name=" database ")
    assert (kind.name, kind.group_name, kind.created) == (name, "database", True)


def test_a_known_type_is_given_and_its_group_changed_where_another_is_passed(watcher: Watcher) -> None:
    first = watcher.get_or_create_address_type(unique("type"), group_name="database")
    same = watcher.get_or_create_address_type(first.name)
    assert vars(same) == vars(first) | {"created": False}
    assert watcher.get_or_create_address_type(first.name, group_name="database").updated_at == first.updated_at
    moved = watcher.get_or_create_address_type(first.name, group_name="warehouse")
    assert (moved.id, moved.group_name, moved.created) == (first.id, "warehouse", False)


def test_a_type_is_renamed_and_moved(watcher: Watcher) -> None:
    kind = watcher.get_or_create_address_type(unique("type"), group_name="database")
    name = unique("type")
    assert watcher.update_address_type(kind.id, name=name).group_name == "database"
    assert watcher.update_address_type(name, group_name="api").name == name


def test_a_name_that_another_type_has_is_refused(watcher: Watcher) -> None:
    first = watcher.get_or_create_address_type(unique("type"), group_name="a")
    second = watcher.get_or_create_address_type(unique("type"), group_name="a")
    with pytest.raises(InvalidValueError, match="another address type has that name"):
        watcher.update_address_type(second.id, name=first.name)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"group_name": ""}, {"group_name": None}, {"name": "x" * 2049}])
def test_changes_of_a_type_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    kind = watcher.get_or_create_address_type(unique("type"), group_name="a")
    with pytest.raises(InvalidValueError):
        watcher.update_address_type(kind.id, **wrong)


def test_an_unknown_type_is_named(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no address type named 'nobody'"):
        watcher.update_address_type("nobody", group_name="a")


def test_types_are_listed_by_name(watcher: Watcher) -> None:
    names = [unique("listed-type") for _ in range(3)]
    for name in reversed(names):
        watcher.get_or_create_address_type(name, group_name="a")
    listed = [kind.name for kind in watcher.address_types()]
    assert [name for name in listed if name in names] == sorted(names)


# Addresses


def test_a_new_address_and_the_same_again(watcher: Watcher) -> None:
    name = unique("address")
    first = watcher.get_or_create_address(name, address_type_name="postgresql", address_type_group_name="database")
    again = watcher.get_or_create_address(f" {name} ", address_type_name="postgresql")
    assert first.created
    assert (first.name, first.address_type_name, first.address_type_group_name) == (name, "postgresql", "database")
    assert first.deprecated is False
    assert vars(again) == vars(first) | {"created": False}


def test_case_matters(watcher: Watcher) -> None:
    """The reference lower-cases: `s3://b/Key` and `s3://b/key` become one address."""
    one = watcher.get_or_create_address("s3://b/Key", address_type_name="s3", address_type_group_name="bucket")
    other = watcher.get_or_create_address("s3://b/key", address_type_name="s3")
    assert (one.name, other.name) == ("s3://b/Key", "s3://b/key")
    assert one.id != other.id


def test_the_type_of_an_address_is_given_once_and_changed_by_hand(watcher: Watcher) -> None:
    first = watcher.get_or_create_address(
        unique("address"), address_type_name="kafka", address_type_group_name="stream"
    )
    again = watcher.get_or_create_address(first.name, address_type_name="pulsar", address_type_group_name="stream")
    assert again.address_type_name == "kafka"
    watcher.get_or_create_address_type("pulsar", group_name="stream")
    assert watcher.update_address(first.name, address_type_name="pulsar").address_type_name == "pulsar"


def test_an_address_is_renamed_and_deprecated(watcher: Watcher) -> None:
    address = watcher.get_or_create_address(unique("address"), address_type_name="t", address_type_group_name="g")
    name = unique("address")
    changed = watcher.update_address(address.name, name=name, deprecated=True)
    assert (changed.id, changed.name, changed.deprecated) == (address.id, name, True)
    assert watcher.get_or_create_address(name, address_type_name="t").deprecated
    assert not watcher.update_address(name, deprecated=False).deprecated


def test_a_name_that_another_address_has_is_refused(watcher: Watcher) -> None:
    first = watcher.get_or_create_address(unique("address"), address_type_name="t", address_type_group_name="g")
    second = watcher.get_or_create_address(unique("address"), address_type_name="t")
    with pytest.raises(InvalidValueError, match="another address has that name"):
        watcher.update_address(second.name, name=first.name)


def test_an_address_of_an_unknown_type_without_group_is_not_made(watcher: Watcher) -> None:
    name = unique("address")
    with pytest.raises(InvalidValueError, match="is not known yet; pass its group too"):
        watcher.get_or_create_address(name, address_type_name=unique("type"))
    assert name not in {address.name for address in watcher.addresses()}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": None}, {"deprecated": "yes"}, {"address_type_name": "nobody's"}]
)
def test_changes_of_an_address_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    address = watcher.get_or_create_address(unique("address"), address_type_name="t", address_type_group_name="g")
    with pytest.raises(InvalidValueError):
        watcher.update_address(address.name, **wrong)


def test_an_unknown_address_is_named(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no address named 'nobody'"):
        watcher.update_address("nobody", deprecated=True)


def test_addresses_are_listed_by_name(watcher: Watcher) -> None:
    names = [unique("listed-address") for _ in range(3)]
    for name in reversed(names):
        watcher.get_or_create_address(name, address_type_name="t", address_type_group_name="g")
    listed = [address.name for address in watcher.addresses()]
    assert [name for name in listed if name in names] == sorted(names)
