"""Which alerts go where: the file, its errors, and the first route that matches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from watcher_core import AlertKind, AlertLevel, ConfigurationError, Settings
from watcher_core.alerts import routes
from watcher_core.alerts.routes import Route, Routes, Subject

SECRET = "https://hooks.slack.com/services/T0/B0/very-secret"

FILE = """
[[routes]]
kind = "failure"
level = ["warning", "error"]
channel = "#data-oncall"

[[routes]]
pipeline_type = "finance*"
owner = "team:finance"
webhook = "FINANCE_WEBHOOK"

[[routes]]
group = ["sales", "marketing"]
channel = "#sales-data"

[[routes]]
pipeline = "tmp/*"
channel = "#sandbox"
"""


def subject(**fields: Any) -> Subject:
    given = {
        "pipeline_name": "orders",
        "pipeline_type_name": "default",
        "group": fields.get("pipeline_type_name", "default"),
        "owners": (),
        "kind": AlertKind.FRESHNESS,
        "level": AlertLevel.WARNING,
    }
    return Subject(**{**given, **fields})


def load(tmp_path: Path, text: str, *, webhook: str | None = SECRET, **variables: str) -> Routes:
    path = tmp_path / "routes.toml"
    path.write_text(text)
    settings = Settings(slack_routes=path, slack_webhook_url=SecretStr(webhook) if webhook else None)
    return routes.load_routes(settings, variables=variables.get)


@pytest.mark.parametrize(
    ("of", "to"),
    [
        ({}, "default"),
        ({"kind": AlertKind.FAILURE}, "#data-oncall"),
        ({"kind": AlertKind.FAILURE, "level": AlertLevel.INFO}, "default"),
        ({"pipeline_type_name": "finance-eu", "owners": ("anna", "team:finance")}, "FINANCE_WEBHOOK"),
        ({"pipeline_type_name": "finance-eu", "owners": ("anna",)}, "default"),
        ({"group": "sales"}, "#sales-data"),
        ({"pipeline_type_name": "sales", "kind": AlertKind.FAILURE}, "#data-oncall"),
        ({"pipeline_type_name": "nightly", "group": "sales"}, "#sales-data"),
        ({"pipeline_type_name": "sales", "group": "nightly"}, "default"),
        ({"pipeline_name": "tmp/try"}, "#sandbox"),
        ({"pipeline_name": "Tmp/try"}, "default"),
    ],
)
def test_the_first_route_that_matches_counts(tmp_path: Path, of: dict[str, Any], to: str) -> None:
    destination = load(tmp_path, FILE).find(subject(**of))
    assert destination is not None
    assert destination.name == to


@pytest.mark.parametrize(
    ("metadata", "group", "owners"),
    [
        ({}, "nightly", ()),
        ({"group": "sales", "owners": ["anna", "team:sales"]}, "sales", ("anna", "team:sales")),
        ({"group": 7, "owners": "anna"}, "nightly", ("anna",)),
        ({"group": None, "owners": {"anna": 1}}, "nightly", ()),
    ],
)
def test_group_and_owners_are_what_the_metadata_says(metadata: Any, group: str, owners: tuple[str, ...]) -> None:
    found = Subject.of("orders", "nightly", metadata, AlertKind.FRESHNESS, AlertLevel.WARNING)
    assert (found.group, found.owners) == (group, owners)


def test_without_a_file_everything_goes_to_the_webhook_and_without_that_nowhere() -> None:
    found = routes.load_routes(Settings(slack_webhook_url=SecretStr(SECRET))).find(subject())
    assert found is not None
    assert (found.name, found.described) == ("default", "the webhook of SLACK_WEBHOOK_URL")
    assert routes.load_routes(Settings()).find(subject()) is None
    assert routes.load_routes(Settings()).destinations == ()


def test_each_destination_is_there_once_and_says_what_it_misses(tmp_path: Path) -> None:
    found = load(tmp_path, FILE + '[[routes]]\nchannel = "#sandbox"', FINANCE_WEBHOOK=SECRET)
    assert {each.name: (each.secret is not None, each.missing) for each in found.destinations} == {
        "#data-oncall": (False, "WATCHER_SLACK_TOKEN"),
        "FINANCE_WEBHOOK": (True, "FINANCE_WEBHOOK"),
        "#sales-data": (False, "WATCHER_SLACK_TOKEN"),
        "#sandbox": (False, "WATCHER_SLACK_TOKEN"),
        "default": (True, "SLACK_WEBHOOK_URL"),
    }
    assert found.named("#sandbox") is not None
    assert found.named("#gone") is None
    assert "very-secret" not in repr(found.destinations)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('kind = "freshnes"\nchannel = "#a"', "route 1, kind is 'freshnes'; input should be 'freshness'"),
        ('level = ["loud"]\nchannel = "#a"', "route 1, level is 'loud'; input should be 'info'"),
        ('channel = "general"', "route 1, channel is 'general'; write it as #name"),
        ('kind = "failure"', "route 1: a route has either a channel or a webhook"),
        ('channel = "#a"\nwebhook = "B"', "route 1: a route has either a channel or a webhook"),
        ('teem = "x"\nchannel = "#a"', "route 1, teem: there is no such entry; there are pipeline, pipeline_type"),
        ('owner = []\nchannel = "#a"', "route 1, owner is "),
        ("owner = 7\nchannel = '#a'", "route 1, owner is 7; input should be a valid string"),
        (f'webhook = "{SECRET}"', "route 1, webhook: write the name of the environment variable"),
    ],
)
def test_an_error_names_the_value_and_the_rule(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, f"[[routes]]\n{entry}")
    assert message in str(refused.value)
    assert "routes.toml" in str(refused.value)
    assert "very-secret" not in str(refused.value)


def test_a_file_that_is_no_toml_or_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="which is not TOML"):
        load(tmp_path, "[[routes")
    with pytest.raises(ConfigurationError, match=r"route: there is no such entry; there are \[\[routes\]\]"):
        load(tmp_path, "[route]\nchannel = '#a'")
    missing = Settings(slack_routes=tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match=r"WATCHER_SLACK_ROUTES is .*none\.toml, which cannot be read"):
        routes.load_routes(missing)


def test_a_variable_is_looked_up_as_settings_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "routes.toml"
    path.write_text('[[routes]]\nwebhook = "FINANCE_WEBHOOK"')
    Path(".env").write_text(f"PROD_FINANCE_WEBHOOK={SECRET}\nFINANCE_WEBHOOK=https://other")
    monkeypatch.setenv("ENV_STATE", "prod")
    found = routes.load_routes(Settings(slack_routes=path)).destinations[0]
    assert found.secret is not None
    assert found.secret.get_secret_value() == SECRET


def test_what_is_explained_covers_every_kind_and_level_once(tmp_path: Path) -> None:
    others = ("freshness", "timeliness", "anomaly", "missed", "stuck")
    told = load(tmp_path, FILE).explain(pipeline_name="orders", pipeline_type_name="sales", pipeline_metadata={})
    assert [(each.kinds, each.levels, each.destination, each.route, each.missing) for each in told] == [
        (others, (), "channel #sales-data", 3, "WATCHER_SLACK_TOKEN"),
        (("failure",), ("info", "critical"), "channel #sales-data", 3, "WATCHER_SLACK_TOKEN"),
        (("failure",), ("warning", "error"), "channel #data-oncall", 1, "WATCHER_SLACK_TOKEN"),
    ]


@pytest.mark.parametrize("condition", ['pipeline = "*"', 'pipeline_type = "*"', 'group = "*"', 'owner = "*"'])
def test_an_alert_of_no_pipeline_takes_no_route_of_pipelines(tmp_path: Path, condition: str) -> None:
    """As alerts of health, which are about Dagster or Watcher itself."""
    given = f'[[routes]]\n{condition}\nchannel = "#all"\n\n[[routes]]\nkind = "health"\nchannel = "#platform"\n'
    health = Subject.of(None, None, None, AlertKind.HEALTH, AlertLevel.ERROR)
    found = load(tmp_path, given).find(health)
    assert found is not None
    assert found.channel == "#platform"


def test_one_line_where_all_alerts_go_one_way() -> None:
    [told] = Routes(webhook=SecretStr(SECRET)).explain(pipeline_name="a", pipeline_type_name="b", pipeline_metadata={})
    assert (told.kinds, told.levels, told.route, told.missing) == ((), (), None, None)
    [nowhere] = Routes().explain(pipeline_name="a", pipeline_type_name="b", pipeline_metadata={})
    assert (nowhere.destination, nowhere.missing) == (None, "SLACK_WEBHOOK_URL")


def test_a_route_without_conditions_matches_everything() -> None:
    assert Route(channel="#all").matches(subject())


def test_who_brings_a_sender_for_the_default_has_a_default() -> None:
    found = routes.load_routes(Settings(), default=True).find(subject())
    assert found is not None
    assert (found.name, found.secret) == ("default", None)
