"""How the URL of a database is read: as SQLAlchemy reads it, and as libpq and psql do."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from watcher_core import ConfigurationError
from watcher_core.database import describe, target_names, text_for_libpq
from watcher_core.database.engine import normalize_url


def connected_to(url: str) -> dict[str, Any]:
    """Where the driver connects."""
    _, parameters = sa.create_engine(normalize_url(url)).dialect.create_connect_args(normalize_url(url))
    return {name: str(value) for name, value in parameters.items() if name in ("host", "port", "user", "password")}


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://u:p@h1:5432,h2:5433/d", "h1,h2", "5432,5433"),
        ("postgresql://u:p@h1,h2:6000/d?target_session_attrs=any", "h1,h2", "5432,6000"),
        ("postgresql+psycopg2://u:p@h1,h2/d", "h1,h2", None),
        ("postgresql://u:p@[::1]:5433,[::2]/d", "::1,::2", "5433,5432"),
        ("postgresql://u:p@[::1]:5433/d", "::1", "5433"),
        ("postgresql://u:p@/d?host=h1:1&host=h2:2", "h1,h2", "1,2"),
        ("postgresql://u:p@%2Fvar%2Frun%2Fpostgresql:6000/d", "/var/run/postgresql", "6000"),
        ("postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/d", "/var/run/postgresql", None),
        ("postgresql://u:p@/d?host=/var/run/postgresql", "/var/run/postgresql", None),
    ],
)
def test_hosts_are_read_as_libpq_reads_them(url: str, host: str, port: str | None) -> None:
    found = connected_to(url)
    ports = found.get("port", "").strip(",") or None  # to libpq, an empty port is the default
    assert (found["host"], ports, found["user"], found["password"]) == (host, port, "u", "p")
    again = normalize_url(url).render_as_string(hide_password=False)
    assert normalize_url(again) == normalize_url(url)


@pytest.mark.parametrize("password", ["a,b", "a/b,c", "%2C%2F"])
def test_what_looks_like_hosts_in_a_password_is_none(password: str) -> None:
    assert normalize_url(f"postgresql://u:{password}@h/d").host == "h"


@pytest.mark.parametrize("hosts", ["h1:x,h2", "h1:1:2,h2"])
def test_hosts_that_are_none_are_refused(hosts: str) -> None:
    with pytest.raises(ConfigurationError, match="the database URL cannot be read"):
        normalize_url(f"postgresql://u:p@{hosts}/d")


@pytest.mark.parametrize("rest", ["se@cret@h/d", "@cret@h/d", "se@cret@h1,h2/d", "se@c,ret@h/d", "se@c,ret@h1,h2/d"])
def test_a_password_with_an_at_sign_is_refused_before_its_end_is_shown_as_a_host(rest: str) -> None:
    with pytest.raises(ConfigurationError, match="with %40 for an @ in the password") as refused:
        normalize_url(f"postgresql://u:{rest}")
    assert "ret" not in str(refused.value)
    assert normalize_url("postgresql://u:se%40cret@h/d").password == "se@cret"


def test_each_host_is_named_with_its_port() -> None:
    url = normalize_url("postgresql://u:p@h1,h2:6000/d")
    assert describe(url) == "the database 'd' at h1:5432, h2:6000"
    assert describe(normalize_url("postgresql://u:p@h1,h2/d?port=7")) == "the database 'd' at h1:7, h2:7"
    assert describe(normalize_url("postgresql://u:p@[::1],h2/d")) == "the database 'd' at [::1]:5432, h2:5432"
    assert describe(normalize_url("postgresql://u:p@/d?host=h1:1&host=h2:2")) == "the database 'd' at h1:1, h2:2"
    assert describe(normalize_url("postgresql://u:p@h")) == "the database 'u' at h:5432"
    assert describe(normalize_url("postgresql://h")) == "the database at h:5432"
    assert target_names(url) == ["h1,h2/5432,6000/d"]


def test_a_service_is_named_by_its_name() -> None:
    url = normalize_url("postgresql:///?service=prod")
    assert describe(url) == "the database of service 'prod'"
    assert target_names(url) != target_names(normalize_url("postgresql:///?service=test"))


def test_what_the_url_leaves_to_variables_is_part_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for one database must not be recorded in another."""
    url = normalize_url("postgresql:///")
    for name, value in {"PGHOST": "db1", "PGPORT": "5433", "PGDATABASE": "shop"}.items():
        monkeypatch.setenv(name, value)
    assert target_names(url) == target_names(normalize_url("postgresql://u:p@db1:5433/shop"))
    monkeypatch.setenv("PGSERVICE", "prod")
    assert target_names(url) == target_names(normalize_url("postgresql:///?service=prod"))


def test_blanks_are_written_as_psql_takes_them() -> None:
    url = normalize_url("postgresql://Ann%20B:p%20w+x@h/My%20Db?options=-c%20a%3Db")
    assert text_for_libpq(url) == "postgresql+psycopg://Ann%20B:p%20w+x@h/My%20Db?options=-c%20a%3Db"
