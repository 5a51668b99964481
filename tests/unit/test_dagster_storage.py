"""The driver that Dagster's storage gets, however dagster.yaml configures it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from watcher_core import ConfigurationError
from watcher_core.cli import deployment
from watcher_core.cli.dagster_storage import driver_problems

DATABASE = "{username: u, password: p, hostname: h, db_name: d, port: 5432}"
WITH_SCHEME = DATABASE.replace("{", "{scheme: postgresql+psycopg2, ")

# What SQLAlchemy takes where no driver is named: psycopg 3 from 2.1 on.
DEFAULT = sa.make_url("postgresql://").get_driver_name()
NAMELESS = [] if DEFAULT == "psycopg2" else [DEFAULT]


@pytest.mark.parametrize(
    ("text", "drivers"),
    [
        ("storage: {postgres: {postgres_url: 'postgresql+psycopg2://u:p@h/d'}}", []),
        (f"storage: {{postgres: {{postgres_db: {WITH_SCHEME}}}}}", []),
        ("storage: {sqlite: {base_dir: /tmp}}", []),
        ("", []),
        ("storage: {postgres: {postgres_url: {env: NOT_SET}}}", []),
        ("storage: {postgres: {postgres_url: 'postgresql+psycopg://u:p@h/d'}}", ["psycopg"]),
        ("storage: {postgres: {postgres_url: 'postgresql://u:p@h/d'}}", NAMELESS),
        ("storage: {postgres: {postgres_url: {env: GIVEN}}}", NAMELESS),
        (f"storage: {{postgres: {{postgres_db: {DATABASE}}}}}", NAMELESS),
        (f"run_storage: {{module: m, class: C, config: {{postgres_db: {DATABASE}}}}}", NAMELESS),
        ("event_log_storage: {module: m, class: C, config: {postgres_url: {env: GIVEN}}}", NAMELESS),
    ],
)
def test_every_way_to_configure_a_storage_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, drivers: list[str]
) -> None:
    monkeypatch.setenv("GIVEN", "postgresql://u:hidden@h/d")
    file = tmp_path / "dagster.yaml"
    file.write_text(text)
    problems = driver_problems(file)
    assert [problem.partition(", and")[0] for problem, _ in problems] == [
        f"Dagster's storage gets the driver {driver}" for driver in drivers
    ]
    assert "hidden" not in str(problems)
    assert all("postgresql+psycopg2" in advice for _, advice in problems)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "dagster.yaml"
    file.write_text("storage: {")
    assert "cannot be read" in driver_problems(file)[0][0]


def test_dev_does_not_start_a_dagster_that_fails_at_its_first_event(tmp_path: Path) -> None:
    file = tmp_path / "dagster.yaml"
    file.write_text("storage: {postgres: {postgres_url: 'postgresql+psycopg://u:p@h/d'}}")
    with pytest.raises(ConfigurationError, match=r"needs psycopg2.*watcher db url --dagster"):
        deployment._require_driver(file)
