"""From asset definitions to the configuration of pipelines."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import dagster as dg
import pytest

from watcher_core import UNSET, AlertLevel, AnomalyRuleConfiguration, DatePart, PipelineConfiguration
from watcher_dagster import watcher_metadata
from watcher_dagster.assets import (
    DESCRIPTION_LENGTH,
    Freshness,
    anomaly_rule_configurations,
    pipeline_configurations,
    policy_freshness,
)

MONDAYS = dg.TimeWindowPartitionsDefinition(start="2024-01-01", fmt="%Y-%m-%d", cron_schedule="0 0 * * 1")
STATIC = dg.StaticPartitionsDefinition(["x", "y"])


def configured(*assets: Any) -> dict[str, PipelineConfiguration]:
    repository = dg.Definitions(assets=assets).get_repository_def()
    return {configuration.name: configuration for configuration in pipeline_configurations(repository)}


def test_an_asset_that_says_nothing_of_watcher() -> None:
    @dg.asset
    def prices() -> None: ...

    assert configured(prices) == {
        "prices": PipelineConfiguration(name="prices", pipeline_type_name="default", pipeline_metadata={})
    }


def test_an_asset_that_says_all() -> None:
    @dg.asset(
        key=["sales", "prices"],
        group_name="sales",
        kinds={"python", "postgres"},
        owners=["team:sales", "ann@example.com"],
        tags={"tier": "gold"},
        description="Prices of the day.\nIn dollars.\n\nThe rest is long.",
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
        metadata={
            **watcher_metadata(
                freshness=(2, "hour"),
                mute_freshness=True,
                timeliness=(15, "minute"),
                mute_timeliness=False,
                failures=3,
                mute_failures=True,
                mute_asset_checks=True,
                column_changes=True,
                level="critical",
                metadata={"contact": "#sales"},
            ),
            "dagster/table_name": "sales.prices",
        },
    )
    def prices() -> None: ...

    assert configured(prices)["sales/prices"] == PipelineConfiguration(
        name="sales/prices",
        pipeline_type_name="sales",
        pipeline_metadata={
            "description": "Prices of the day. In dollars.",
            "kinds": ["postgres", "python"],
            "owners": ["team:sales", "ann@example.com"],
            "tags": {"tier": "gold"},
            "partitions": "daily",
            "contact": "#sales",
        },
        freshness_number=2,
        freshness_datepart=DatePart.HOUR,
        mute_freshness_check=True,
        timeliness_number=15,
        timeliness_datepart=DatePart.MINUTE,
        mute_timeliness_check=False,
        failure_number=3,
        mute_failure_check=True,
        mute_asset_check=True,
        column_changes=True,
        alert_level=AlertLevel.CRITICAL,
    )


@pytest.mark.filterwarnings("ignore:Class .*CodeReference:dagster.BetaWarning")
@pytest.mark.parametrize(
    ("url", "link"),
    [
        (None, "/srv/etl/assets.py:12"),
        ("https://git.example.com/assets.py#L12", "https://git.example.com/assets.py#L12"),
    ],
)
def test_the_code_is_where_dagsters_code_references_say(url: str | None, link: str) -> None:
    references: list[Any] = [dg.LocalFileCodeReference(file_path="/srv/etl/assets.py", line_number=12)]
    if url is not None:
        references.append(dg.UrlCodeReference(url=url, label="code"))
    metadata = {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=references)}

    @dg.asset(metadata=metadata)
    def prices() -> None: ...

    @dg.asset(metadata={**metadata, **watcher_metadata(metadata={"code_link": "https://elsewhere.example.com"})})
    def orders() -> None: ...

    found = configured(prices, orders)
    assert found["prices"].pipeline_metadata == {"code_link": link}
    assert found["orders"].pipeline_metadata == {"code_link": "https://elsewhere.example.com"}


def test_the_pipeline_type_that_metadata_names_wins_over_the_group() -> None:
    @dg.asset(group_name="sales", metadata=watcher_metadata(pipeline_type="api-integration"))
    def prices() -> None: ...

    assert configured(prices)["prices"].pipeline_type_name == "api-integration"


def test_metadata_written_by_hand_or_wrapped() -> None:
    @dg.asset(
        metadata={
            "watcher/freshness": dg.MetadataValue.text("1 day"),
            "watcher/timeliness": [30, "minutes"],
            "watcher/mute_freshness": dg.MetadataValue.bool(True),
            "watcher/metadata": dg.MetadataValue.json({"a": 1}),
        }
    )
    def prices() -> None: ...

    found = configured(prices)["prices"]
    assert (found.freshness_number, found.freshness_datepart) == (1, DatePart.DAY)
    assert (found.timeliness_number, found.timeliness_datepart) == (30, DatePart.MINUTE)
    assert found.mute_freshness_check is True
    assert found.pipeline_metadata == {"a": 1}


def test_a_freshness_policy_counts_where_none_of_ours_is_set() -> None:
    policy = dg.FreshnessPolicy.time_window(dt.timedelta(days=2))

    @dg.asset(freshness_policy=policy)
    def theirs() -> None: ...

    @dg.asset(freshness_policy=policy, metadata=watcher_metadata(freshness=(2, "hour")))
    def ours() -> None: ...

    @dg.asset(freshness_policy=policy, metadata=watcher_metadata(freshness=None))
    def none() -> None: ...

    found = configured(theirs, ours, none)
    assert (found["theirs"].freshness_number, found["theirs"].freshness_datepart) == (2, DatePart.DAY)
    assert (found["ours"].freshness_number, found["ours"].freshness_datepart) == (2, DatePart.HOUR)
    assert (found["none"].freshness_number, found["none"].freshness_datepart) == (None, None)


@pytest.mark.parametrize(
    ("window", "threshold"),
    [
        (dt.timedelta(weeks=2), (2, DatePart.WEEK)),
        (dt.timedelta(days=8), (8, DatePart.DAY)),
        (dt.timedelta(hours=24), (1, DatePart.DAY)),
        (dt.timedelta(hours=36), (36, DatePart.HOUR)),
        (dt.timedelta(minutes=90), (90, DatePart.MINUTE)),
        (dt.timedelta(seconds=90), (2, DatePart.MINUTE)),
    ],
)
def test_the_window_of_a_freshness_policy(window: dt.timedelta, threshold: tuple[int, DatePart]) -> None:
    found = policy_freshness(dg.FreshnessPolicy.time_window(window))
    assert found == Freshness(threshold=threshold, calendar=None, timezone=None)


def test_the_deadlines_of_a_freshness_policy() -> None:
    hour = dt.timedelta(hours=1)
    cron = dg.FreshnessPolicy.cron(deadline_cron="0 10 * * 1-5", lower_bound_delta=hour, timezone="Europe/Berlin")

    @dg.asset(freshness_policy=cron)
    def theirs() -> None: ...

    @dg.asset(freshness_policy=cron, metadata=watcher_metadata(freshness=(2, "hour")))
    def ours() -> None: ...

    @dg.asset(metadata=watcher_metadata(freshness=(1, "day"), freshness_calendar="mon-fri", freshness_timezone="UTC"))
    def office() -> None: ...

    @dg.asset(metadata={"watcher/freshness_calendar": "weekdays", "watcher/freshness_timezone": "Mars"})
    def wrong() -> None: ...

    found = {
        name: (each.freshness_number, each.freshness_datepart, each.freshness_calendar, each.freshness_timezone)
        for name, each in configured(
            theirs, ours, office, wrong, dg.AssetSpec("external", freshness_policy=cron)
        ).items()
    }
    assert found == {
        "theirs": (1, DatePart.HOUR, "by 0 10 * * 1-5", "Europe/Berlin"),
        "external": (1, DatePart.HOUR, "by 0 10 * * 1-5", "Europe/Berlin"),
        "ours": (2, DatePart.HOUR, UNSET, UNSET),
        "office": (1, DatePart.DAY, "Mon-Fri", "UTC"),
        "wrong": (UNSET, UNSET, UNSET, UNSET),
    }
    assert policy_freshness(None) == Freshness()


@pytest.mark.skipif(not hasattr(dg.AssetSpec, "is_virtual"), reason="this Dagster has no virtual assets")
@pytest.mark.filterwarnings("ignore:.*Virtual assets")  # Dagster calls them a preview
def test_a_virtual_asset_is_not_judged_by_rules_that_cover_many_assets() -> None:
    policy = dg.FreshnessPolicy.time_window(dt.timedelta(days=2))
    found = configured(dg.AssetSpec("virtual", is_virtual=True, freshness_policy=policy))
    assert found["virtual"].mute_freshness_check is True


def test_a_view_is_not_judged_by_rules_that_cover_many_assets() -> None:
    policy = dg.FreshnessPolicy.time_window(dt.timedelta(days=2))
    by_dbt = {"dagster-dbt/materialization_type": "view"}
    found = configured(
        dg.AssetSpec("by_kind", kinds={"view"}, freshness_policy=policy),
        dg.AssetSpec("by_dbt", metadata=by_dbt, freshness_policy=policy),
        dg.AssetSpec("table", metadata={"dagster-dbt/materialization_type": "table"}, freshness_policy=policy),
        dg.AssetSpec("judged", metadata={**by_dbt, **watcher_metadata(freshness=(1, "day"))}),
        dg.AssetSpec("said", metadata={**by_dbt, **watcher_metadata(mute_freshness=False)}),
    )
    assert {name: each.mute_freshness_check for name, each in found.items()} == {
        "by_kind": True,
        "by_dbt": True,
        "table": UNSET,
        "judged": UNSET,
        "said": False,
    }


def test_the_time_zone_and_the_format_of_partitions_are_kept() -> None:
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("20240101", fmt="%Y%m%d", timezone="Europe/Berlin"))
    def prices() -> None: ...

    assert configured(prices)["prices"].pipeline_metadata == {
        "partitions": "daily",
        "partitions_timezone": "Europe/Berlin",
        "partitions_format": "%Y%m%d",
    }


def test_the_time_zone_of_an_assets_schedule_is_kept() -> None:
    @dg.asset
    def sales() -> None: ...

    @dg.asset
    def stock() -> None: ...

    @dg.asset
    def often() -> None: ...

    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
    def days_of_utc() -> None: ...

    @dg.op
    def clean() -> None: ...

    @dg.job
    def without_assets() -> None:
        clean()

    repository = dg.Definitions(
        assets=[sales, stock, often, days_of_utc],
        schedules=[
            dg.ScheduleDefinition(
                "a", cron_schedule="0 9 * * *", target=[sales, often], execution_timezone="Asia/Tokyo"
            ),
            dg.ScheduleDefinition(
                "e", cron_schedule="0 9 * * *", target=[days_of_utc], execution_timezone="Asia/Tokyo"
            ),
            dg.ScheduleDefinition("b", cron_schedule="0 9 * * *", target=[often], execution_timezone="Europe/Berlin"),
            dg.ScheduleDefinition("c", cron_schedule="0 9 * * *", target=[stock]),
            dg.ScheduleDefinition(
                "d", cron_schedule="0 9 * * *", job=without_assets, execution_timezone="Europe/Berlin"
            ),
        ],
    ).get_repository_def()
    found = {each.name: each.pipeline_metadata for each in pipeline_configurations(repository)}
    assert found == {
        "sales": {"schedule_timezone": "Asia/Tokyo"},
        "stock": {},
        "often": {},
        "days_of_utc": {"partitions": "daily", "partitions_timezone": "UTC", "schedule_timezone": "Asia/Tokyo"},
    }


def test_assets_that_dagster_does_not_materialize_are_somebody_elses() -> None:
    @dg.asset(deps=["undeclared", dg.AssetSpec("bare"), "declared"])
    def prices() -> None: ...

    declared = dg.AssetSpec("declared", metadata=watcher_metadata(freshness=(1, "day")))
    assert sorted(configured(prices, declared)) == ["declared", "prices"]


@pytest.mark.filterwarnings(
    "ignore:Function `observable_source_asset`", "ignore:Property `OpDefinition.version`", "ignore:Class `SourceAsset`"
)
def test_a_source_that_is_observed_may_have_rules() -> None:
    """Dagster keeps such sources apart from all other assets."""

    @dg.observable_source_asset(group_name="crm", metadata=watcher_metadata(freshness=(2, "hour")))
    def customers() -> dg.DataVersion:
        return dg.DataVersion("1")

    @dg.observable_source_asset
    def bare() -> dg.DataVersion:
        return dg.DataVersion("1")

    found = configured(customers, bare, dg.SourceAsset("files", metadata=watcher_metadata(freshness=(1, "day"))))
    assert sorted(found) == ["customers", "files"]
    assert (found["customers"].freshness_number, found["customers"].freshness_datepart) == (2, DatePart.HOUR)
    assert found["customers"].pipeline_type_name == "crm"


def test_every_asset_of_a_multi_asset() -> None:
    @dg.multi_asset(
        specs=[dg.AssetSpec("a", group_name="x"), dg.AssetSpec(["b", "c"], metadata={"watcher/timeliness": "1 hour"})]
    )
    def both(): ...

    found = configured(both)
    assert found["a"].pipeline_type_name == "x"
    assert found["b/c"].timeliness_number == 1
    assert found["a"].timeliness_number is UNSET


def test_the_group_is_kept_where_a_type_is_named() -> None:
    @dg.asset(group_name="sales", metadata=watcher_metadata(pipeline_type="nightly"))
    def prices() -> None: ...

    found = configured(prices)["prices"]
    assert found.pipeline_type_name == "nightly"
    assert found.pipeline_metadata == {"group": "sales"}


def test_a_value_that_breaks_a_rule_is_logged_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    @dg.asset(
        metadata={
            "watcher/freshness": "soon",
            "watcher/mute_timeliness": "yes",
            "watcher/timeliness": "1 hour",
            "watcher/failures": 0,
        }
    )
    def prices() -> None: ...

    with caplog.at_level(logging.WARNING):
        found = configured(prices)["prices"]
    assert found.freshness_number is UNSET
    assert found.mute_timeliness_check is UNSET
    assert found.timeliness_number == 1
    assert found.failure_number is UNSET
    assert [record.getMessage().split(";")[0] for record in caplog.records] == [
        "asset prices: watcher/freshness is 'soon'",
        "asset prices: watcher/mute_timeliness is 'yes'",
        "asset prices: watcher/failures is 0",
    ]


def test_the_anomaly_rules_of_assets(caplog: pytest.LogCaptureFixture) -> None:
    options = {"method": "zscore", "std_deviation_threshold_multiplier": 3.0}

    @dg.asset(metadata=watcher_metadata(anomalies={"total_rows": options}))
    def prices() -> None: ...

    @dg.asset(key_prefix="shop", metadata=watcher_metadata(anomalies=["throughput", "inserts"]))
    def orders() -> None: ...

    @dg.asset(metadata={"watcher/anomalies": "all of them"})
    def unclear() -> None: ...

    @dg.asset
    def silent() -> None: ...

    repository = dg.Definitions(assets=[prices, orders, unclear, silent]).get_repository_def()
    with caplog.at_level(logging.WARNING):
        found = anomaly_rule_configurations(repository)
    assert found == [
        AnomalyRuleConfiguration(
            pipeline_name="prices", metric_field="total_rows", method="zscore", std_deviation_threshold_multiplier=3.0
        ),
        AnomalyRuleConfiguration(pipeline_name="shop/orders", metric_field="inserts"),
        AnomalyRuleConfiguration(pipeline_name="shop/orders", metric_field="throughput"),
    ]
    (record,) = caplog.records
    assert record.getMessage().startswith("asset unclear: watcher/anomalies is 'all of them'; it must be True, False")
    assert record.getMessage().endswith("; it is passed over")


RECORDS = (
    dg.MetadataValue.table([dg.TableRecord({"a": 1})]),
    dg.TableSchema(columns=[dg.TableColumn("a"), dg.TableColumn("b")]),
    dg.TableColumnLineage({"a": [dg.TableColumnDep(dg.AssetKey("orders"), "b")]}),
    dg.MetadataValue.asset(dg.AssetKey(["a", "b"])),
    dg.MetadataValue.job("nightly", location_name="shop"),
    dg.MetadataValue.timestamp(0.0),
)


@pytest.mark.parametrize("value", RECORDS, ids=lambda value: type(value).__name__)
def test_what_dagster_has_beside_text_and_numbers_is_left_out(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    named = ("freshness", "timeliness", "failures", "level", "anomalies", "freshness_calendar", "mute_failures")

    @dg.asset(metadata={**{f"watcher/{name}": value for name in named}, "watcher/pipeline_type": value})
    def prices() -> None: ...

    repository = dg.Definitions(assets=[prices]).get_repository_def()
    with caplog.at_level(logging.WARNING):
        assert configured(prices)["prices"] == PipelineConfiguration(
            name="prices", pipeline_type_name="default", pipeline_metadata={}
        )
        assert anomaly_rule_configurations(repository) == []
    assert len(caplog.records) == len(named)
    assert {record.getMessage().split("; ")[-1] for record in caplog.records} == {"it is passed over"}


def test_a_long_description_is_cut() -> None:
    @dg.asset(description="word " * 100)
    def prices() -> None: ...

    metadata = configured(prices)["prices"].pipeline_metadata
    assert isinstance(metadata, dict)
    assert len(metadata["description"]) == DESCRIPTION_LENGTH
    assert metadata["description"].endswith("…")


@pytest.mark.parametrize(
    ("partitions_def", "name"),
    [
        (dg.HourlyPartitionsDefinition("2024-01-01-00:00"), "hourly"),
        (STATIC, "static"),
        (dg.DynamicPartitionsDefinition(name="colours"), "dynamic"),
        (MONDAYS, "time_window"),
        (dg.MultiPartitionsDefinition({"a": STATIC, "b": STATIC}), "multi"),
    ],
)
def test_the_type_of_partitions(partitions_def: dg.PartitionsDefinition[Any], name: str) -> None:
    @dg.asset(partitions_def=partitions_def)
    def prices() -> None: ...

    metadata = configured(prices)["prices"].pipeline_metadata
    assert isinstance(metadata, dict)
    assert metadata["partitions"] == name


@pytest.mark.parametrize(
    ("partitions_def", "count"),
    [
        (STATIC, 2),
        (dg.MultiPartitionsDefinition({"a": STATIC, "b": STATIC}), 4),
        (dg.MultiPartitionsDefinition({"a": STATIC, "b": dg.DailyPartitionsDefinition("2024-01-01")}), None),
        (dg.DynamicPartitionsDefinition(name="files"), None),
        (dg.DailyPartitionsDefinition("2024-01-01"), None),
    ],
)
def test_the_number_of_partitions_where_code_alone_says_so(
    partitions_def: dg.PartitionsDefinition[Any], count: int | None
) -> None:
    @dg.asset(partitions_def=partitions_def)
    def prices() -> None: ...

    metadata = configured(prices)["prices"].pipeline_metadata
    assert isinstance(metadata, dict)
    assert metadata.get("partition_count") == count
