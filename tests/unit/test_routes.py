"""Which alerts go where: the file, its errors, and the first route that matches."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from watcher_core import AlertKind, AlertLevel, ConfigurationError, Settings
from watcher_core.alerts import formats, review, routes
from watcher_core.alerts.routes import Route, Routes, Subject
from watcher_core.cli.doctor_alerts import destination_findings

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
    settings = Settings(routes=path, slack_webhook_url=SecretStr(webhook) if webhook else None)
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
    [destination] = load(tmp_path, FILE).find_all(subject(**of))
    assert destination.name == to


@pytest.mark.parametrize("entry", ["webhook", "to"])
def test_a_route_to_the_webhook_of_the_default_is_no_second_place(tmp_path: Path, entry: str) -> None:
    text = f'[[routes]]\n{entry} = "SLACK_WEBHOOK_URL"\ncontinue = true'
    found = load(tmp_path, text, SLACK_WEBHOOK_URL=SECRET)
    assert [each.name for each in found.destinations] == ["default"]
    assert [each.name for each in found.find_all(subject())] == ["default"]
    assert [each.destination for each in found.entries()] == ["the webhook of SLACK_WEBHOOK_URL"] * 2
    # What says another address, or is not the default's, is a place of its own.
    for other in (
        load(tmp_path, text, SLACK_WEBHOOK_URL=f"{SECRET}-2"),
        Routes(found.routes, webhook=SecretStr(SECRET), variables={"SLACK_WEBHOOK_URL": SECRET}.get, default=True),
    ):
        assert [each.name for each in other.destinations] == ["SLACK_WEBHOOK_URL", "default"]


@pytest.mark.parametrize(("name", "to"), [("load [eu] daily", "#europe"), ("load e daily", "default")])
def test_brackets_stand_for_themselves(tmp_path: Path, name: str, to: str) -> None:
    found = load(tmp_path, '[[routes]]\npipeline = "load [eu]*"\nchannel = "#europe"')
    assert [each.name for each in found.find_all(subject(pipeline_name=name))] == [to]


def test_after_a_route_that_continues_the_next_ones_are_tried(tmp_path: Path) -> None:
    last = FILE.replace('channel = "#sandbox"', 'to = "ALL"\ncontinue = true')
    text = f'[[routes]]\ncontinue = true\nto = "ALL"\n{last}'
    found = load(tmp_path, text)

    def names(**of: Any) -> list[str]:
        return [each.name for each in found.find_all(subject(**of))]

    assert names() == ["ALL", "default"]
    assert names(kind=AlertKind.FAILURE) == ["ALL", "#data-oncall"]
    assert names(pipeline_name="tmp/try") == ["ALL", "default"], "each place once"
    assert load(tmp_path, text, webhook=None).find_all(subject(pipeline_name="tmp/try"))[0].name == "ALL"
    explained = found.explain(pipeline_name="orders", pipeline_type_name="sales", pipeline_metadata={})
    assert [(each.route, each.destination) for each in explained][:2] == [
        (1, "the place of ALL"),
        (4, "channel #sales-data"),
    ]
    [said] = problems(found)
    assert "these overlap: 2 and 3, 2 and 4," in said
    assert [each.goes_on for each in found.entries()] == [True, False, False, False, True, False]


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
    [found] = routes.load_routes(Settings(slack_webhook_url=SecretStr(SECRET))).find_all(subject())
    assert (found.name, found.described) == ("default", "the webhook of SLACK_WEBHOOK_URL")
    assert routes.load_routes(Settings()).find_all(subject()) == ()
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
        ('kind = "freshnes"\nchannel = "#a"', "route 1, kind is 'freshnes'; it must be 'freshness'"),
        ('level = ["loud"]\nchannel = "#a"', "route 1, level is 'loud'; it must be 'info'"),
        ('channel = "general"', "route 1, channel is 'general'; write it as #name"),
        ('kind = "failure"', "route 1: a route has either a channel or an address"),
        ('channel = "#a"\nwebhook = "B"', "route 1: a route has either a channel or an address"),
        ('to = "A"\nwebhook = "B"', "route 1: a route has either a channel or an address"),
        ('channel = "#a"\ntype = "slack"', "route 1: type says what kind of place the address of to leads to"),
        ('to = "A"\ntype = "telex"', "route 1, type is 'telex'; it must be 'slack', 'webhook', 'pagerduty'"),
        ('to = "A"\ntype = "apprise"\nsecret = "B"', "route 1: secret signs messages to a JSON webhook"),
        (
            'teem = "x"\nchannel = "#a"',
            "route 1, teem: there is no such entry; there are name, pipeline, ",
        ),
        ('chanel = "#a"', "route 1, chanel: there is no such entry; did you mean channel?"),
        ('name = "a"\nto = "A"\n[[routes]]\nname = "a"\nto = "B"', "the file: two routes have the name 'a'"),
        ('to = "A"\n[[routes]]\nto = "A"\nsecret = "B"', "two routes lead to A, with another type or secret"),
        (
            'to = "A"\n[owners]\nanna = {slack = "anna"}',
            "owner 'anna': slack is 'anna'; write the id of a user",
        ),
        (f'to = "{SECRET}"', "route 1, to: write the name of the environment variable"),
        (f'to = "A"\nsecret = "{SECRET}"', "route 1, secret: write the name of the environment variable"),
        (f'channel = "{SECRET}"', "route 1, channel is an address; write it as #name"),
        ('owner = []\nchannel = "#a"', "route 1, owner is "),
        ("owner = 7\nchannel = '#a'", "route 1, owner is 7; it must be text"),
        (f'webhook = "{SECRET}"', "route 1, webhook: write the name of the environment variable"),
        ('channel = "xoxb-very-secret"', "route 1, channel is a token; write it as #name"),
        (f'to = "A"\nquiet = "{SECRET}"', "route 1: quiet is an address; write it as 22:00"),
        (f'to = "A"\n[owners]\na = {{slack = "{SECRET}"}}', "owner 'a': slack is an address; write the id"),
        ('to = "A"\npipeline = []', "route 1, pipeline is []; it must have at least 1 value"),
        (f"{'k' * 100_000} = 1", f"route 1, {'k' * 80}: there is no such entry"),
    ],
)
def test_an_error_names_the_value_and_the_rule(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, f"[[routes]]\n{entry}")
    assert message in str(refused.value)
    assert "routes.toml" in str(refused.value)
    assert "very-secret" not in str(refused.value)


def test_a_file_of_windows_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff[[routes]]\r\nchannel = '#a'\r\n")


@pytest.mark.parametrize("nested", ["[" * 3_000 + "]" * 3_000, "{a=" * 3_000 + "1" + "}" * 3_000])
def test_a_file_that_is_nested_too_deeply_is_refused_by_name(tmp_path: Path, nested: str) -> None:
    with pytest.raises(ConfigurationError, match=r"routes\.toml, which is nested too deeply"):
        load(tmp_path, f"[[routes]]\nowner = {nested}\n")


def test_a_file_that_is_no_toml_or_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="which is not TOML"):
        load(tmp_path, "[[routes")
    with pytest.raises(ConfigurationError, match=r"route: there is no such entry; there are \[\[routes\]\]"):
        load(tmp_path, "[route]\nchannel = '#a'")
    missing = Settings(routes=tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match=r"WATCHER_ROUTES is .*none\.toml, which cannot be read"):
        routes.load_routes(missing)


def test_a_variable_is_looked_up_as_settings_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "routes.toml"
    path.write_text('[[routes]]\nwebhook = "FINANCE_WEBHOOK"')
    Path(".env").write_text(f"PROD_FINANCE_WEBHOOK={SECRET}\nFINANCE_WEBHOOK=https://other")
    monkeypatch.setenv("ENV_STATE", "prod")
    found = routes.load_routes(Settings(routes=path)).destinations[0]
    assert found.secret is not None
    assert found.secret.get_secret_value() == SECRET


def test_what_is_explained_covers_every_kind_and_level_once(tmp_path: Path) -> None:
    others = ("freshness", "timeliness", "anomaly", "asset_check", "missed", "stuck")
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
    assert [found.name for found in load(tmp_path, given).find_all(health)] == ["#platform"]


def test_one_line_where_all_alerts_go_one_way() -> None:
    [told] = Routes(webhook=SecretStr(SECRET)).explain(pipeline_name="a", pipeline_type_name="b", pipeline_metadata={})
    assert (told.kinds, told.levels, told.route, told.missing) == ((), (), None, None)
    [nowhere] = Routes().explain(pipeline_name="a", pipeline_type_name="b", pipeline_metadata={})
    assert (nowhere.destination, nowhere.missing) == (None, "SLACK_WEBHOOK_URL")


def test_a_route_without_conditions_matches_everything() -> None:
    assert Route(channel="#all").matches(subject())


def test_who_brings_a_sender_for_the_default_has_a_default() -> None:
    [found] = routes.load_routes(Settings(), default=True).find_all(subject())
    assert (found.name, found.secret) == ("default", None)


# Places other than Slack

HEX = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("address", "options", "type_", "described", "place"),
    [
        (SECRET, "", "slack", "the webhook of OPS", "slack"),
        ("https://example.com/very-secret", "", "webhook", "the JSON webhook of OPS", "webhook"),
        ("https://chat.example.com/very-secret", 'type = "slack"', "slack", "the webhook of OPS", "slack"),
        (f"pagerduty://{HEX}", "", "pagerduty", "PagerDuty, with the key of OPS", "pagerduty"),
        (HEX, 'type = "pagerduty"', "pagerduty", "PagerDuty, with the key of OPS", "pagerduty"),
        ("mailtos://me:very-secret@example.com", "", "apprise", "email (Apprise), by OPS", "email"),
        ("discord://123/very-secret", "", "apprise", "discord (Apprise), by OPS", "discord"),
        ("not an address", "", "webhook", "the JSON webhook of OPS", "webhook"),
        ("http://[very-secret", "", "webhook", "the JSON webhook of OPS", "webhook"),
    ],
)
def test_an_address_says_what_kind_of_place_it_is(
    tmp_path: Path, address: str, options: str, type_: str, described: str, place: str
) -> None:
    [found, _] = load(tmp_path, f'[[routes]]\nto = "OPS"\n{options}', OPS=address).destinations
    assert (found.type, found.described, found.place, found.missing) == (type_, described, place, "OPS")
    assert "very-secret" not in f"{found!r} {found.described} {found.problem()}"


def test_what_should_be_signed_is_not_sent_unsigned(tmp_path: Path) -> None:
    text = '[[routes]]\nto = "OPS"\nsecret = "OPS_SECRET"'
    [found, _] = load(tmp_path, text, OPS="https://example.com/").destinations
    assert (found.secret, found.missing) == (None, "OPS_SECRET")
    [found, _] = load(tmp_path, text, OPS="https://example.com/", OPS_SECRET="very-secret").destinations
    assert found.signing == SecretStr("very-secret")
    assert "very-secret" not in repr(found)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://example.com/very-secret", "the address is not one; it looks like https://example.com/alerts"),
        ("ftp//very-secret", "the address is not one; it looks like https://example.com/alerts"),
        ("pagerduty://", "the address is not one; it looks like pagerduty://INTEGRATION_KEY"),
        ("pagerduty://very-secret", "the address is not one; it looks like pagerduty://INTEGRATION_KEY"),
        ("carrier-pigeon://very-secret", "Apprise knows no such address"),
        ("mailto://me:very-secret@example.com?to=a@x.org,b@x.org", "the address names 2 recipients; give each a var"),
        ("mailto://me:very-secret@example.com?to=a@x.org&cc=b@x.org", None),
        ("http://127.0.0.1:1/", None),
        (f"pagerduty://{HEX}@events.eu.pagerduty.com", None),
    ],
)
def test_an_address_that_is_wrong_is_said_without_showing_it(
    tmp_path: Path, address: str, problem: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    [found, _] = load(tmp_path, '[[routes]]\nto = "OPS"', OPS=address).destinations
    said = found.problem()
    assert (said or "").startswith(problem or "")
    assert (said is None) == (problem is None)
    assert "very-secret" not in f"{said} {caplog.text}"


OWNERS = """
[[routes]]
owner = "anna"
channel = "#anna"
[[routes]]
to = "OPS"
[owners]
anna = {slack = "U0123ABCD", discord = "<@42>"}
"team:ops" = {slack = "S0123ABCD"}
"""


def test_owners_are_mentioned_as_each_place_does_it(tmp_path: Path) -> None:
    found = load(tmp_path, OWNERS, OPS="discord://123/secret")
    channel, discord, _ = found.destinations
    assert found.mention("anna", channel) == "<@U0123ABCD>"
    assert found.mention("team:ops", channel) == "<!subteam^S0123ABCD>"
    assert found.mention("bert", channel) is None
    assert found.mention("team:ops", discord) is None
    line = f"• a_b: late, {found.mention('anna', discord)}"
    assert formats.as_text(line) == "• a_b: late, <@42>"
    assert formats.as_markdown([line]) == r"- a\_b: late, <@42>"
    assert formats.as_html([line]) == "<ul><li>a_b: late, &lt;@42&gt;</li></ul>"


# Review


def problems(found: Routes) -> list[str]:
    return [problem.message for problem in review.review_routes(found)]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ('kind = "failure"', 'kind = "freshness"', None),
        ('kind = "failure"', 'level = "error"', "these overlap: 1 and 2"),
        ('kind = "failure"', 'kind = "failure"\nlevel = "error"', "route 2 is never taken: route 1 matches all"),
        ("", 'kind = "failure"', "route 2 is never taken"),
        ('pipeline = "raw/*"', 'pipeline = ["raw/a", "raw/b?"]', "route 2 is never taken"),
        ('pipeline = "raw/*"', 'pipeline = ["raw/a", "b"]', "these overlap: 1 and 2"),
        ('pipeline = "raw/*"', 'pipeline = "*/orders"', "these overlap: 1 and 2"),
        ('pipeline = "raw/*"', 'pipeline = "*_raw"', "these overlap: 1 and 2"),
        ('pipeline = "raw/*"', 'pipeline = "stage/*raw/"', None),
        ('pipeline = "a?"', 'pipeline = "?a*b"', None),
        ('owner = "anna"', 'owner = "bert"', "these overlap: 1 and 2"),
        (f'pipeline = "{"a" * 900}*"', f'pipeline = "*{"a" * 900}"', "these overlap: 1 and 2"),
    ],
)
def test_routes_that_overlap_are_named(tmp_path: Path, first: str, second: str, said: str | None) -> None:
    found = load(tmp_path, f'[[routes]]\n{first}\nto = "A"\n[[routes]]\n{second}\nto = "B"')
    assert [said in message for message in problems(found)] == [True] if said else problems(found) == []


def test_mentions_that_are_missing_or_of_no_use_are_named(tmp_path: Path) -> None:
    _, said = problems(load(tmp_path, OWNERS, OPS=SECRET))
    assert said == "owner 'anna' has a mention for 'discord', but no route leads to such a place"
    _, said = problems(load(tmp_path, OWNERS, OPS="discord://1/2"))
    assert said == "in discord (Apprise), by OPS nothing mentions team:ops"
    assert len(problems(load(tmp_path, OWNERS))) == 1, "what kind of place it is, only the address says"


BAD_INPUT: dict[str, tuple[str, str, str]] = {
    "a route to nowhere": (
        'to = "NOWHERE"',
        "problem",
        "NOWHERE is not set; what goes to ",
    ),
    "a channel without a token": (
        'channel = "#a"',
        "problem",
        "WATCHER_SLACK_TOKEN is not set; what goes to channel #a",
    ),
    "a key that is not known": ('chanel = "#a"', "problem", "chanel: there is no such entry; did you mean channel?"),
    "an address that is none": ('to = "WRONG"', "problem", "WRONG is set, but the address is not one"),
    "quiet hours without an end": ('to = "OPS"\nquiet = "Mon-Sun"', "problem", "quiet has no end"),
    "a digest that is no time": ('to = "OPS"\ndigest = "daily"', "problem", "digest is 'daily'"),
    "a route that is hidden": ('to = "OPS"\n[[routes]]\nto = "OPS"', "warning", "route 2 is never taken: route 1"),
    "routes that overlap": (
        'kind = "failure"\nto = "OPS"\n[[routes]]\nlevel = "error"\nto = "OPS"',
        "ok",
        "what two routes match goes by the first of them; these overlap: 1 and 2",
    ),
    "a mention without a place": (
        'to = "OPS"\n[owners]\nanna = {slack = "U0123ABCD"}',
        "warning",
        "owner 'anna' has a mention for 'slack', but no route leads to such a place",
    ),
}


@pytest.mark.parametrize("kind", BAD_INPUT)
def test_the_doctor_says_before_it_matters_what_is_wrong(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, level, said = BAD_INPUT[kind]
    monkeypatch.setenv("OPS", "https://example.com/very-secret")
    monkeypatch.setenv("WRONG", "ftp//very-secret")
    path = tmp_path / "routes.toml"
    path.write_text(f"[[routes]]\n{written}")
    found = list(destination_findings(Settings(routes=path)))
    assert [fact.level for fact in found if said in fact.message] == [level]
    assert "very-secret" not in str(found)


def test_the_routes_as_they_stand(tmp_path: Path) -> None:
    found = load(tmp_path, '[[routes]]\nname = "ops"\nkind = ["failure"]\nto = "OPS"', OPS="https://example.com/")
    assert [(each.number, each.name, each.conditions, each.to, each.missing) for each in found.entries()] == [
        (1, "ops", {"kind": ("failure",)}, "OPS", None),
        (None, None, {}, "default", None),
    ]
    for reference in ("ops", "1"):
        leads_to = found.of_route(reference)
        assert leads_to is not None
        assert leads_to.name == "OPS"
    assert found.of_route("typo") is None


@pytest.mark.parametrize("content", ["", "[owners]\n"], ids=["empty", "owners alone"])
def test_a_file_without_routes_notifies_nobody(tmp_path: Path, content: str) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(content)
    [fact] = destination_findings(Settings(routes=path))
    assert (fact.level, fact.message) == (
        "problem",
        f"nobody is notified: WATCHER_ROUTES is {path}, which has no [[routes]]",
    )
    facts = list(destination_findings(Settings(routes=path, slack_webhook_url=SecretStr(SECRET))))
    assert [(each.level, each.message) for each in facts][1:] == [
        (
            "warning",
            f"WATCHER_ROUTES is {path}, which has no [[routes]]: all alerts go to the webhook of SLACK_WEBHOOK_URL",
        )
    ]
