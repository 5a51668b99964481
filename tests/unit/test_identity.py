"""Identities: the same on both sides, never shared, never too long."""

from dataclasses import dataclass, field

import dagster as dg
import pytest

from watcher_dagster.identity import (
    MAX_IDENTITY_BYTES,
    MAX_NAME_BYTES,
    asset_pipeline_name,
    former_runless_identity,
    materialization_identity,
    named_asset_key,
    run_identity,
    run_pipeline_name,
    runless_identity,
)


@dataclass
class Run:
    """As much of a DagsterRun as names its pipeline."""

    job_name: str
    tags: dict[str, str] = field(default_factory=dict)
    remote_job_origin: None = None


@pytest.mark.parametrize(
    ("key", "partition", "identity"),
    [
        (["orders"], None, "run/step/orders"),
        (["orders"], "2024-01-31", "run/step/orders/2024-01-31"),
        (["shop", "orders"], "2024-01-31", "run/step/shop%2Forders/2024-01-31"),
        (["shop/orders"], None, "run/step/shop%252Forders"),
        (["100%"], "a/b", "run/step/100%2525/a%2Fb"),
    ],
)
def test_materialization_identity(key: list[str], partition: str | None, identity: str) -> None:
    assert materialization_identity("run", "step", dg.AssetKey(key), partition) == identity


@pytest.mark.parametrize("letter", ["x", "ü", "/"])
def test_long_identities_fit_and_still_differ(letter: str) -> None:
    one, other = (materialization_identity("run", "step", dg.AssetKey(letter * 3_000), end) for end in ("a", "b"))
    assert one != other
    assert len(one.encode()) <= MAX_IDENTITY_BYTES
    assert len(asset_pipeline_name(dg.AssetKey(letter * 3_000)).encode()) <= MAX_NAME_BYTES


def test_what_postgresql_cannot_store_is_not_in_a_name() -> None:
    assert asset_pipeline_name(dg.AssetKey([" a\x00b ", "c "])) == "ab /c"
    assert asset_pipeline_name(dg.AssetKey(["\ud800"])) == "?"
    assert asset_pipeline_name(dg.AssetKey([" "])) == "(blank)"


def test_other_identities() -> None:
    assert run_identity("run") == "run"
    key = dg.AssetKey(["a", "b"])
    assert runless_identity("instance", 7, 1_700_000_000.25, key) == "runless/instance/7@1700000000.250000/a%2Fb"
    assert former_runless_identity(7, key) == "runless/7/a%2Fb"


@pytest.mark.parametrize(
    ("key", "name"),
    [(["a", "b"], "a/b"), (["c/d"], r"c\/d"), (["c", "d/e", "f"], r"c/d\/e/f"), (["s3://x/y"], r"s3:\/\/x\/y")],
)
def test_a_slash_inside_a_part_of_a_key_is_no_part_of_its_own(key: list[str], name: str) -> None:
    assert asset_pipeline_name(dg.AssetKey(key)) == name
    assert named_asset_key(name) == dg.AssetKey(key)


@pytest.mark.parametrize(
    ("job_name", "tags", "name"),
    [
        ("nightly", {}, "nightly"),
        ("nightly", {".dagster/repository": "__repository__@shop"}, "shop/nightly"),
        ("__ASSET_JOB", {".dagster/repository": "__repository__@shop"}, "shop/__ASSET_JOB"),
        ("__ASSET_JOB_12", {".dagster/repository": "__repository__@shop"}, "shop/__ASSET_JOB"),
        ("nightly", {".dagster/repository": "__repository__"}, "nightly"),
    ],
)
def test_run_pipeline_name(job_name: str, tags: dict[str, str], name: str) -> None:
    assert run_pipeline_name(Run(job_name, tags)) == name  # type: ignore[arg-type]  # a stand-in
