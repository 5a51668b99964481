"""The environment, read once at the edge into one frozen object.

A setting is looked up with the prefix that `ENV_STATE` chooses (`DEV_`, `PROD_`, `TEST_`), then without; each time
under its own name (`WATCHER_DATABASE_URL`), then under the short name that older deployments use (`DATABASE_URL`). Of
the same variable, the environment wins over `.env` in the working directory. A variable that is empty is one that is
not set. Blanks around a value are none of it: secrets that come from files end with a line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from watcher_core.environment import environment_prefix, first_set, process_environment
from watcher_core.errors import ConfigurationError
from watcher_core.input_errors import broken_rule

VARIABLES: dict[str, tuple[str, ...]] = {
    "database_url": ("WATCHER_DATABASE_URL", "DATABASE_URL"),
    "url": ("WATCHER_URL",),
    "token": ("WATCHER_TOKEN",),
    "timeout": ("WATCHER_TIMEOUT",),
    "home": ("WATCHER_HOME",),
    "postgres_bin": ("WATCHER_POSTGRES_BIN",),
    "slack_webhook_url": ("WATCHER_SLACK_WEBHOOK_URL", "SLACK_WEBHOOK_URL"),
    "slack_token": ("WATCHER_SLACK_TOKEN",),
    "routes": ("WATCHER_ROUTES", "WATCHER_SLACK_ROUTES"),
    "environment": ("WATCHER_ENVIRONMENT",),
    "dagster_url": ("WATCHER_DAGSTER_URL",),
    "dagster_graphql_url": ("WATCHER_DAGSTER_GRAPHQL_URL",),
    "board_url": ("WATCHER_BOARD_URL",),
    "proxy_user_header": ("WATCHER_PROXY_USER_HEADER",),
    "trusted_proxies": ("WATCHER_TRUSTED_PROXIES",),
    "heartbeat_url": ("WATCHER_HEARTBEAT_URL",),
    "run_wait_minutes": ("WATCHER_RUN_WAIT_MINUTES",),
    "learn_cadence": ("WATCHER_LEARN_CADENCE",),
    "count_keys": ("WATCHER_COUNT_KEYS",),
    "metrics_pipelines": ("WATCHER_METRICS_PIPELINES",),
    "auto_create_anomaly_detection_rules": ("WATCHER_AUTO_CREATE_ANOMALY_DETECTION_RULES",),
    "logfire_token": ("WATCHER_LOGFIRE_TOKEN", "LOGFIRE_TOKEN"),
    "log_level": ("WATCHER_LOG_LEVEL",),
    "log_format": ("WATCHER_LOG_FORMAT",),
}

# A variable of pydantic's.
DISABLE_PLUGINS = "PYDANTIC_DISABLE_PLUGINS"


class Settings(BaseModel):
    """What the environment says. Secrets are masked in every representation.

    Attributes:
        database_url: Where the schema `watcher` lives; `None` means the embedded PostgreSQL.
        url: The server that this host records at over HTTP, where it has no database: `https://watcher.example.com`.
        token: The token for that server, from `watcher tokens create`.
        timeout: Seconds that a tracked job waits for the database, at its start and at its end, before it goes on.
        home: Directory of the embedded PostgreSQL, and of the spool where the user's state directory cannot be written.
        postgres_bin: Directory of the binaries that the embedded PostgreSQL uses in place of the wheel's.
        slack_webhook_url: Where alerts go, unless a route says otherwise: an incoming webhook of Slack.
        slack_token: A bot's token, with which alerts go to channels that routes name.
        routes: A TOML file that says which alerts go where.
        environment: What this deployment is called, as `production`; each message says it.
        dagster_url: Where people reach the Dagster UI; messages link there.
        dagster_graphql_url: Where `watcher check health` asks Dagster, where that is not `WATCHER_DAGSTER_URL` with
            `/graphql`: an address of the webserver without a login in front.
        board_url: Where people reach the board of `watcher serve`: `https://watcher.example.com`; messages link there.
        proxy_user_header: The header in which a proxy in front of the board names its user: `X-Forwarded-User`.
        trusted_proxies: The proxies whose header counts: addresses and networks with commas between them.
        heartbeat_url: An address outside that is asked for after each full round of recording, checks and delivery, as
            healthchecks.io, Cronitor and Uptime Kuma give them; `{round}` in it stands for the round.
        run_wait_minutes: For how long a run may be queued or starting before `watcher check health` reports it.
        learn_cadence: What becomes of runs that did not come when they usually do: `alert` opens alerts, `report` shows
            them where checks show what they find, `off` learns nothing.
        count_keys: Which metadata of a materialization counts rows, beside what Watcher knows: `rows written=inserts`,
            several with commas between them; see `docs/reference/count-keys.md`.
        metrics_pipelines: How many pipelines `/metrics` of `watcher serve` names; all others are added up.
        auto_create_anomaly_detection_rules: Whether a new pipeline gets an anomaly rule for every metric.
        logfire_token: Sends logs to Logfire.
        log_level: Threshold of the loggers below `watcher`.
        log_format: `text` for people, `json` for machines.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # built below

    database_url: SecretStr | None = None
    url: str | None = None
    token: SecretStr | None = None
    timeout: float = Field(default=5.0, gt=0, le=3600, allow_inf_nan=False)
    home: Path = Path(".watcher")
    postgres_bin: Path | None = None
    slack_webhook_url: SecretStr | None = None
    slack_token: SecretStr | None = None
    routes: Path | None = None
    environment: str | None = Field(default=None, max_length=100)
    dagster_url: str | None = None
    dagster_graphql_url: str | None = None
    board_url: str | None = None
    proxy_user_header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,100}$")
    trusted_proxies: str | None = None
    heartbeat_url: SecretStr | None = None
    run_wait_minutes: float = Field(default=15.0, gt=0, le=100_000, allow_inf_nan=False)
    learn_cadence: Literal["off", "report", "alert"] = "report"
    count_keys: str | None = None
    metrics_pipelines: int = Field(default=1000, ge=0, le=10_000)
    auto_create_anomaly_detection_rules: bool = False
    logfire_token: SecretStr | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("learn_cadence", "log_level", "log_format", mode="before")
    @classmethod
    def _in_its_case(cls, word: object, info: ValidationInfo) -> object:
        """A word means the same in capitals: a job whose settings are refused runs unrecorded."""
        if not isinstance(word, str):
            return word
        return word.upper() if info.field_name == "log_level" else word.lower()

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Args:
            environment: What to read in place of the process's environment and `.env`.

        Raises:
            ConfigurationError: A variable has a value that it may not have; the message names both.
        """
        variables = process_environment() if environment is None else environment
        prefix = environment_prefix(variables.get("ENV_STATE", ""))
        found = {field: first_set(variables, prefix, names) for field, names in VARIABLES.items()}
        try:
            return cls.model_validate({field: value for field, (_, value) in found.items() if value is not None})
        except ValidationError as exc:
            field = str(exc.errors()[0]["loc"][0])
            name, _ = found[field]
            # The value is left out on purpose: it may be a secret.
            raise ConfigurationError(f"{name} is not valid: {broken_rule(exc.errors()[0])}") from None


@contextmanager
def _without_plugins() -> Iterator[None]:
    """Let pydantic load no plugin of another package, which would see the secrets; Logfire's takes 0.6 seconds too."""
    before = os.environ.get(DISABLE_PLUGINS)
    os.environ[DISABLE_PLUGINS] = "__all__"
    try:
        yield
    finally:
        del os.environ[DISABLE_PLUGINS]
        if before is not None:
            os.environ[DISABLE_PLUGINS] = before


with _without_plugins():
    Settings.model_rebuild()
