"""URLs of databases: how they are read, and what a database is called without its secrets."""

from __future__ import annotations

import re
from urllib.parse import unquote

import sqlalchemy as sa

from watcher_core.database.connections import names_of_target

DEFAULT_PORT = "5432"

# The part of a URL that names hosts, where it does so as libpq and psql take it and SQLAlchemy does not: several of
# them, or the directory of a socket.
HOSTS_OF_LIBPQ = re.compile(
    r"(?P<before>[\w+]+://(?:[^@]*@|(?![^?]*@)))(?P<hosts>[^@/?]*(?:,|%2[Ff])[^@/?]*)(?P<rest>.*)", re.DOTALL
)
HOST_OF_LIBPQ = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?")


def read_url(url: str) -> sa.URL:
    """Read a URL as SQLAlchemy does, or as libpq does: its hosts stand among the parameters then.

    Raises:
        ValueError, sqlalchemy.exc.ArgumentError: It is no URL.
    """
    found = HOSTS_OF_LIBPQ.fullmatch(url)
    read = sa.make_url(url if found is None else f"{found['before']}{found['rest']}")
    if "@" in (read.host or ""):  # the end of a password with an @ in it would be shown wherever the host is
        raise ValueError("a host has no @")
    if found is None:
        return read
    parts = [HOST_OF_LIBPQ.fullmatch(part) for part in found["hosts"].split(",")]
    if None in parts:
        raise ValueError("a host is none")
    hosts = [(unquote(part["host"]).strip("[]"), part["port"]) for part in parts if part is not None]
    given = {"host": ",".join(host for host, _ in hosts)}
    if any(port for _, port in hosts):
        given["port"] = ",".join(port or DEFAULT_PORT for _, port in hosts)
    return read.update_query_dict(given)


def describe(url: sa.URL) -> str:
    """Name the database without its secrets."""
    service = _parameter(url, "service")
    if service is not None and not url.host:
        return f"the database of service {service!r}"
    hosts = (url.host or _parameter(url, "host") or "the local socket").split(",")
    ports = str(url.port or _parameter(url, "port") or DEFAULT_PORT).split(",")
    # One port may be that of all hosts.
    ports += ports[-1:] * (len(hosts) - len(ports))
    name = url.database or _parameter(url, "dbname") or url.username  # as libpq has it where none is named
    named = "the database" if name is None else f"the database {name!r}"
    return f"{named} at {', '.join(map(_place, hosts, ports))}"


def _place(host: str, port: str) -> str:
    if host.count(":") == 1:
        return host  # of SQLAlchemy's `host=name:port`
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def target_names(url: sa.URL) -> list[str]:
    """Return the names of the database; see `names_of_target`."""
    return names_of_target(
        url.host or _parameter(url, "host"),
        url.port or _parameter(url, "port"),
        url.database,
        url.username,
        _parameter(url, "service"),
    )


def without_secrets(url: sa.URL) -> str:
    """Return the URL with its passwords masked, before the host and among the parameters."""
    masked = {name: "hidden" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(masked).render_as_string(hide_password=True)


def text_for_libpq(url: sa.URL) -> str:
    """Return the URL with its password, as psql and pg_dump read it: they take blanks only as `%20`."""
    before, mark, parameters = url.render_as_string(hide_password=False).partition("?")
    return before.replace(" ", "%20") + mark + parameters.replace("+", "%20")


def _parameter(url: sa.URL, name: str) -> str | None:
    value = url.query.get(name)
    return value if value is None or isinstance(value, str) else ",".join(value)
