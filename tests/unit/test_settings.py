"""The environment, read once: names, prefixes, `.env`, and secrets that nobody sees."""

from __future__ import annotations

import errno
import inspect
import logging
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from watcher_core import ConfigurationError, Settings, Watcher
from watcher_core.environment import ENVIRONMENT_PREFIXES, variable
from watcher_core.settings import VARIABLES

SECRET = "s3cr3t-p4ss"


def test_nothing_set() -> None:
    settings = Settings.load({})
    assert settings == Settings()
    assert settings.database_url is None
    assert settings.home == Path(".watcher")
    assert settings.postgres_bin is None
    assert settings.slack_webhook_url is None
    assert settings.slack_token is None
    assert settings.routes is None
    assert settings.dagster_url is None
    assert settings.auto_create_anomaly_detection_rules is False
    assert settings.logfire_token is None
    assert (settings.log_level, settings.log_format) == ("INFO", "text")


def test_everything_set() -> None:
    settings = Settings.load(
        {
            "WATCHER_DATABASE_URL": "postgresql://h/d",
            "WATCHER_HOME": "/var/lib/w",
            "WATCHER_POSTGRES_BIN": "/usr/lib/postgresql/17/bin",
            "WATCHER_SLACK_WEBHOOK_URL": "https://hooks.example.com/x",
            "WATCHER_SLACK_TOKEN": "xoxb-token",
            "WATCHER_SLACK_ROUTES": "/etc/watcher/routes.toml",
            "WATCHER_DAGSTER_URL": "https://dagster.example.com",
            "WATCHER_AUTO_CREATE_ANOMALY_DETECTION_RULES": "true",
            "WATCHER_LOGFIRE_TOKEN": "token",
            "WATCHER_LOG_LEVEL": "DEBUG",
            "WATCHER_LOG_FORMAT": "json",
        }
    )
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://h/d"
    assert settings.home == Path("/var/lib/w")
    assert settings.postgres_bin == Path("/usr/lib/postgresql/17/bin")
    assert settings.slack_webhook_url is not None
    assert settings.slack_webhook_url.get_secret_value() == "https://hooks.example.com/x"
    assert settings.slack_token is not None
    assert settings.slack_token.get_secret_value() == "xoxb-token"
    assert settings.routes == Path("/etc/watcher/routes.toml")
    assert settings.dagster_url == "https://dagster.example.com"
    assert settings.auto_create_anomaly_detection_rules is True
    assert settings.logfire_token is not None
    assert settings.logfire_token.get_secret_value() == "token"
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")


def test_every_setting_has_its_variable_and_is_described() -> None:
    assert set(VARIABLES) == set(Settings.model_fields)
    for field, names in VARIABLES.items():
        assert names[0] == f"WATCHER_{field.upper()}"
        assert f"\n    {field}: " in inspect.cleandoc(Settings.__doc__ or "")


@pytest.mark.parametrize(
    ("field", "older"),
    [("database_url", "DATABASE_URL"), ("slack_webhook_url", "SLACK_WEBHOOK_URL"), ("logfire_token", "LOGFIRE_TOKEN")],
)
def test_the_names_of_older_deployments_keep_working(field: str, older: str) -> None:
    newer = VARIABLES[field][0]
    both = {older: "https://older", newer: "https://newer"}
    assert getattr(Settings.load({older: "https://older"}), field).get_secret_value() == "https://older"
    assert getattr(Settings.load(both), field).get_secret_value() == "https://newer"


@pytest.mark.parametrize(("state", "prefix"), ENVIRONMENT_PREFIXES.items())
@pytest.mark.parametrize("field", VARIABLES)
def test_env_state_chooses_a_prefix_for_every_variable(field: str, state: str, prefix: str) -> None:
    valid = {
        "auto_create_anomaly_detection_rules": "1",
        "log_level": "ERROR",
        "log_format": "json",
        "timeout": "7",
        "run_wait_minutes": "7",
        "metrics_pipelines": "7",
        "learn_cadence": "alert",
        "proxy_user_header": "X-User",
    }.get(field, "/chosen")
    other = {
        "auto_create_anomaly_detection_rules": "0",
        "log_level": "INFO",
        "log_format": "text",
        "timeout": "8",
        "run_wait_minutes": "8",
        "metrics_pipelines": "8",
        "learn_cadence": "off",
        "proxy_user_header": "X-Other",
    }.get(field, "/other")
    for name in VARIABLES[field]:
        environment = {"ENV_STATE": state.upper(), f"{prefix}{name}": valid, name: other, f"OTHER_{name}": other}
        assert getattr(Settings.load(environment), field) == getattr(Settings.load({name: valid}), field)


def test_what_has_no_variable_with_the_prefix_is_taken_without() -> None:
    settings = Settings.load(
        {"ENV_STATE": "prod", "DATABASE_URL": "postgresql://h/d", "DEV_DATABASE_URL": "postgresql://x/y"}
    )
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://h/d"


def test_an_unknown_env_state_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"ENV_STATE is 'staging'; it may be dev, prod, test, or not set"):
        Settings.load({"ENV_STATE": "staging"})


def test_what_ends_with_a_line_as_secrets_from_files_do_is_taken_without() -> None:
    settings = Settings.load({"SLACK_WEBHOOK_URL": "https://hooks.example.com/x\n", "WATCHER_SLACK_TOKEN": " \n"})
    assert settings.slack_webhook_url is not None
    assert settings.slack_webhook_url.get_secret_value() == "https://hooks.example.com/x"
    assert settings.slack_token is None
    assert variable("PAGER", environment={"PAGER": "pagerduty://key\n"}) == "pagerduty://key"


def test_words_mean_the_same_in_capitals() -> None:
    words = {"WATCHER_LOG_LEVEL": "Debug", "WATCHER_LOG_FORMAT": "JSON", "WATCHER_LEARN_CADENCE": "OFF"}
    settings = Settings.load(words)
    assert (settings.log_level, settings.log_format, settings.learn_cadence) == ("DEBUG", "json", "off")


def test_a_variable_that_is_empty_is_not_set() -> None:
    assert Settings.load({"DATABASE_URL": "", "ENV_STATE": "", "WATCHER_LOG_LEVEL": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WATCHER_LOG_LEVEL", "LOUD"),
        ("WATCHER_LOG_FORMAT", "xml"),
        ("WATCHER_AUTO_CREATE_ANOMALY_DETECTION_RULES", "perhaps"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name} is not valid: ") as raised:
        Settings.load({name: value})
    assert raised.value.__cause__ is None


def test_the_name_told_is_the_one_that_was_set() -> None:
    with pytest.raises(ConfigurationError, match=r"^DEV_WATCHER_LOG_LEVEL is not valid"):
        Settings.load({"ENV_STATE": "dev", "DEV_WATCHER_LOG_LEVEL": "LOUD"})


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="databaze_url"):
        Settings(databaze_url="x")  # type: ignore[call-arg]  # the point of the test


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().log_level = "DEBUG"


# The process's environment and .env


def test_the_environment_wins_over_the_file_which_wins_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("WATCHER_LOG_LEVEL=ERROR\nWATCHER_DAGSTER_URL='https://from.file'\nEMPTY\n")
    monkeypatch.setenv("WATCHER_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("WATCHER_DAGSTER_URL", " ")
    settings = Settings.load()
    assert settings.log_level == "DEBUG"
    assert settings.dagster_url == "https://from.file"


def test_a_prefix_counts_before_a_name() -> None:
    given = {
        "ENV_STATE": "prod",
        "DATABASE_URL": "postgresql://h/short",
        "WATCHER_DATABASE_URL": "postgresql://h/own",
        "PROD_DATABASE_URL": "postgresql://h/prod-short",
        "PROD_WATCHER_DATABASE_URL": "postgresql://h/prod-own",
    }
    order = []
    while (url := Settings.load(given).database_url) is not None:
        order.append(url.get_secret_value().rpartition("/")[2])
        given = {name: value for name, value in given.items() if value != url.get_secret_value()}
    assert order == ["prod-own", "prod-short", "own", "short"]


def test_the_file_may_choose_the_prefix(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "ENV_STATE=test\nTEST_DATABASE_URL=postgresql://h/test\nDATABASE_URL=postgresql://h/d\n"
    )
    settings = Settings.load()
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://h/test"


def test_a_file_of_a_parent_directory_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("WATCHER_LOG_LEVEL=ERROR\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert Settings.load().log_level == "INFO"


def test_a_directory_that_this_user_may_not_look_into_has_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    look = os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:
        if str(path) == ".env":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), ".env")
        return look(path, **options)

    monkeypatch.setattr(os, "stat", refuse)
    assert Settings.load().log_level == "INFO"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"WATCHER_LOG_LEVEL=\xff\n")
    with pytest.raises(ConfigurationError, match=r"\.env cannot be read: it is not UTF-8"):
        Settings.load()


def test_watcher_takes_its_url_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", "postgres://someone@db.example.com:6543/data")
    watcher = Watcher()
    assert (watcher.url.drivername, watcher.url.host, watcher.url.port) == (
        "postgresql+psycopg",
        "db.example.com",
        6543,
    )


def test_the_argument_wins_over_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", "postgresql://db.example.com/data")
    assert Watcher("postgresql://other.example.com/data").url.host == "other.example.com"


# Secrets


def test_a_line_of_dotenv_that_cannot_be_read_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As `source`, or a line as YAML has it; a command of cron that says it seven times sends seven lines by mail."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("A=1\nWATCHER_URL: https://a.b\nsource x.sh\nWATCHER_ENVIRONMENT=night\n")
    for _ in range(2):
        assert Settings.load().environment == "night"
    file = tmp_path / ".env"
    assert caplog.messages == [f"{file}, line {line}: this is no NAME=value, and is passed over" for line in (2, 3)]


def test_secrets_are_masked_wherever_settings_are_shown(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings.load(
        {
            "DATABASE_URL": f"postgresql://u:{SECRET}@h/d",
            "SLACK_WEBHOOK_URL": f"https://hooks/{SECRET}",
            "LOGFIRE_TOKEN": SECRET,
        }
    )
    with caplog.at_level(logging.INFO):
        logging.getLogger("watcher").info("%s %r", settings, settings)
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {caplog.text}"
    assert SECRET not in shown
    assert shown.count("**********") >= 12


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@h:5432/d",
        f"postgresql://u@h/d?password={SECRET}",
        f"postgresql://u:{SECRET}@h/d?sslpassword={SECRET}&sslmode=require",
    ],
)
def test_watcher_shows_its_database_without_the_password(url: str) -> None:
    shown = repr(Watcher(url))
    assert SECRET not in shown
    assert shown.startswith("Watcher('postgresql+psycopg://u")
    assert "***" in shown or "hidden" in shown


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://u:{SECRET}@h/d",
        f"postgresql//u:{SECRET}@h",
        f"postgresql://u:{SECRET}@h:port/d",
        f"postgresql://u:a@{SECRET}@h/d",
    ],
)
def test_a_wrong_database_url_is_told_without_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"postgresql://user:password@host:5432/database") as raised:
        Watcher(url)
    assert SECRET not in f"{raised.value} {raised.value.__cause__}"


def test_the_embedded_database_has_nothing_to_hide() -> None:
    assert repr(Watcher(settings=Settings())) == "Watcher('embedded')"


@pytest.mark.parametrize("url", ["postgresql://ann:secret@db.example.com/shop", "https://watcher.example.com"])
def test_it_is_not_handed_to_another_process(url: str) -> None:
    """As `multiprocessing` does with arguments: with all of them since Python 3.14."""
    with pytest.raises(
        TypeError, match=r"example\.com.* cannot be handed to another process; make a Watcher"
    ) as raised:
        pickle.dumps(Watcher(url))
    assert "secret" not in str(raised.value)
